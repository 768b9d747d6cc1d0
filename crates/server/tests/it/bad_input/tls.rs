//! A side whose certificate nobody vouches for.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::sync::Arc;

use rcgen::CertifiedKey;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::PrivateKeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use crate::process::{Desk, Ended, ended, entente};
use crate::stage::CONFIGURATION;

/// A server on loopback that shows a certificate which it signed itself, for `name`.
struct Server {
    port: u16,
    /// The certificate in PEM form.
    certificate: String,
}

impl Server {
    fn start(name: &str) -> Self {
        let CertifiedKey { cert, signing_key } = rcgen::generate_simple_self_signed([name.to_owned()]).unwrap();
        let key = PrivateKeyDer::Pkcs8(signing_key.serialize_der().into());
        let config = ServerConfig::builder_with_provider(aws_lc_rs::default_provider().into())
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![cert.der().clone()], key);
        let (config, listener) = (Arc::new(config.unwrap()), TcpListener::bind("127.0.0.1:0").unwrap());
        let port = listener.local_addr().unwrap().port();
        std::thread::spawn(move || {
            for socket in listener.incoming().flatten() {
                // A client that trusts nobody hangs up.
                drop(answer(socket, &config));
            }
        });
        Self { port, certificate: cert.pem() }
    }

    /// A configuration in which this is org and site.
    fn configuration(&self) -> String {
        CONFIGURATION.replace("http://127.0.0.1:9", &format!("https://localhost:{}", self.port))
    }
}

fn answer(socket: TcpStream, config: &Arc<ServerConfig>) -> std::io::Result<()> {
    let connection = ServerConnection::new(Arc::clone(config)).map_err(std::io::Error::other)?;
    let mut stream = StreamOwned::new(connection, socket);
    if stream.read(&mut [0; 4096])? > 0 {
        stream.write_all(b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")?;
    }
    stream.conn.send_close_notify();
    stream.flush()
}

fn no(command: &mut Command) -> Ended {
    let ended = ended(command.output().unwrap());
    assert_eq!(ended.code, 1, "{ended:?}");
    ended
}

#[test]
fn a_certificate_that_nobody_vouches_for_is_said_to_be_so_with_what_to_do() {
    let (server, desk) = (Server::start("localhost"), Desk::new());
    let file = desk.file("acme.yaml", &server.configuration());
    let host = format!("localhost:{}", server.port);
    for command in [vec!["check", &file, "--online"], vec!["sync", "--config", &file]] {
        let Ended { stdout, stderr, .. } = no(&mut entente(&command));
        let said = stdout + &stderr;
        assert!(said.contains(&format!("the TLS certificate of {host} is not trusted (")), "{said}");
        assert!(
            said.contains("add the authority that issued it to the trusted certificates of this machine"),
            "{said}"
        );
        assert!(said.contains("connection acme-"), "{said}");
        assert!(!said.contains("rustls"), "it is said once, in our words: {said}");
    }
}

#[test]
fn the_remedy_helps() {
    let (server, desk) = (Server::start("localhost"), Desk::new());
    let (file, trusted) = (desk.file("acme.yaml", &server.configuration()), desk.file("ca.pem", &server.certificate));
    // The variable stands in for the machine's own store, which a test leaves alone.
    let ended = no(entente(&["check", &file, "--online"]).env("SSL_CERT_FILE", trusted));
    assert!(!ended.stdout.contains("certificate") && ended.stdout.contains("404"), "{ended:?}");
}

#[test]
fn a_certificate_for_another_name_blames_the_address() {
    let (server, desk) = (Server::start("elsewhere.example"), Desk::new());
    let (file, trusted) = (desk.file("acme.yaml", &server.configuration()), desk.file("ca.pem", &server.certificate));
    let ended = no(entente(&["check", &file, "--online"]).env("SSL_CERT_FILE", trusted));
    assert!(
        ended.stdout.contains(" is for another name (") && ended.stdout.contains("; correct the address"),
        "{ended:?}"
    );
}
