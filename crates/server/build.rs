//! Has the server built again when the console was. It builds no console itself: that takes Node, and this never does.

fn main() {
    println!("cargo::rerun-if-changed=../../ui/dist");
}
