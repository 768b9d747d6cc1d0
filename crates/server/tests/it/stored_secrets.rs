//! The encrypted store behind `secret:NAME`, as an administrator uses it: credentials go in, and only vendors see them.

use std::fs::Permissions;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Command, Stdio};

use crate::peers::Peers;
use crate::process::{Desk, Ended, ended, entente};

/// Two keys, as `openssl rand -base64 32` prints them.
const KEY: &str = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
const OTHER_KEY: &str = "ZmVkY2JhOTg3NjU0MzIxMGZlZGNiYTk4NzY1NDMyMTA=";

fn with_key(arguments: &[&str], key: &str) -> Command {
    let mut command = entente(arguments);
    command.env("ENTENTE_KEY", key);
    command
}

fn tell(command: &mut Command, stdin: &str) -> Ended {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // A command that refuses may not read.
    drop(child.stdin.take().unwrap().write_all(stdin.as_bytes()));
    ended(child.wait_with_output().unwrap())
}

fn output(command: &mut Command) -> Ended {
    ended(command.output().unwrap())
}

/// A company whose two credentials are in the store, under [`KEY`].
fn company() -> (Peers, String) {
    let peers = Peers::new();
    let file = peers.with("sandbox-secret", "\"secret:org-secret\"");
    let text = std::fs::read_to_string(&file).unwrap().replace("sandbox-api-token", "\"secret:site.token\"");
    let file = peers.desk.file("acme.yaml", &text);
    for (name, secret) in [("org-secret", "sandbox-secret\n"), ("site.token", "sandbox-api-token\r\n")] {
        let set = tell(&mut with_key(&["secret", "set", name, "--config", &file], KEY), secret);
        let said = format!("Stored {name}; a configuration names it as secret:{name}.\n");
        assert_eq!((set.code, set.stdout.as_str()), (0, said.as_str()), "{set:?}");
    }
    (peers, file)
}

#[test]
fn credentials_in_the_store_open_both_sides_and_are_shown_nowhere() {
    let (peers, file) = company();
    let sync = output(with_key(&["sync", "--config", &file], KEY).env("ENTENTE_LOG", "trace"));
    assert_eq!(sync.code, 0, "{}", sync.stdout);
    let list = output(&mut entente(&["secret", "list", "--config", &file, "--json"]));
    let names: Vec<_> = list.json()["secrets"].as_array().unwrap().iter().map(|row| row["name"].clone()).collect();
    assert_eq!(names, ["org-secret", "site.token"]);
    let dir = peers.desk.arg("entente-data");
    let listed = output(&mut entente(&["secret", "list", "--data-dir", &dir]));
    let dated = listed.stdout.lines().filter(|line| line.starts_with("20") && line.contains("Z  ")).count();
    assert_eq!((dated, listed.stdout.lines().count()), (2, 2), "{listed:?}");
    for told in [&sync.stdout, &sync.stderr, &list.stdout, &listed.stdout] {
        assert!(!told.contains("sandbox-secret") && !told.contains("sandbox-api-token"), "{told}");
    }
    let stored = std::fs::read_to_string(peers.desk.path("entente-data/secrets.json")).unwrap();
    assert!(stored.contains("org-secret") && !stored.contains("sandbox-"), "{stored}");
    for entry in std::fs::read_dir(&dir).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        assert!(!bytes.windows(KEY.len()).any(|window| window == KEY.as_bytes()), "the key lies beside the secrets");
    }
}

#[test]
fn a_key_is_changed_for_all_secrets_at_once() {
    let (peers, file) = company();
    let key_file = peers.desk.file("new.key", &format!("{OTHER_KEY}\n"));
    let mut rotate = with_key(&["secret", "rotate", "--config", &file], KEY);
    let rotated = output(rotate.env("ENTENTE_NEW_KEY_FILE", &key_file));
    assert_eq!(rotated.stdout, "2 secrets under the new key; start Entente with it from now on.\n", "{rotated:?}");
    let check = output(entente(&["check", &file, "--online"]).env("ENTENTE_KEY_FILE", &key_file));
    assert_eq!(check.code, 0, "{check:?}");
    let refused = output(&mut with_key(&["check", &file], KEY));
    let sentence = "`secret:org-secret` has no value: the key does not open `org-secret` in ";
    assert!(refused.code == 1 && refused.stdout.contains(sentence), "{refused:?}");
    assert_eq!(refused.stdout.matches(" error: ").count(), 2, "{refused:?}");
}

/// Whoever stores the secret once more under a wrong key has two keys.
#[test]
fn where_the_key_is_at_fault_the_remedy_is_the_key() {
    let (peers, file) = company();
    let check = |name: &str, key: &str| {
        let refused = output(entente(&["check", &file]).env(name, key));
        assert!(refused.code == 1 && !refused.stdout.contains("secret set"), "{refused:?}");
        refused.stdout
    };
    let says = |told: &str, remedy: &str| assert!(told.contains(&format!("\n    {remedy}")), "{remedy}: {told}");
    says(&check("ENTENTE_KEY", ""), "name the file with your key in ENTENTE_KEY_FILE");
    says(&check("ENTENTE_KEY", OTHER_KEY), "give the key that it was stored with in ENTENTE_KEY or ENTENTE_KEY_FILE");
    says(&check("ENTENTE_KEY", "hunter2"), "give the key that `openssl rand -base64 32` made");
    says(&check("ENTENTE_KEY_FILE", "/no/such/key"), "correct ENTENTE_KEY_FILE");
    let both = output(with_key(&["check", &file], KEY).env("ENTENTE_KEY_FILE", "/no/such/key"));
    says(&both.stdout, "set one of them");
    let rotated = output(&mut with_key(&["secret", "rotate", "--config", &file], KEY));
    assert!(rotated.stderr.contains("give the new key there, beside the present one"), "{rotated:?}");
    let inside = peers.desk.file("entente-data/key", KEY);
    let told = check("ENTENTE_KEY_FILE", &inside);
    assert!(told.contains(&format!("ENTENTE_KEY_FILE names {inside}, which lies in ")), "{told}");
    says(&told, "keep the key apart from the data directory");
    let set = ["secret", "set", "other", "--config", &file];
    assert_eq!(tell(entente(&set).env("ENTENTE_KEY_FILE", &inside), "x").code, 2);
}

#[test]
fn a_key_that_others_can_read_is_warned_of() {
    let (peers, file) = company();
    let key = peers.desk.file("apart.key", KEY);
    let check = |mode| {
        std::fs::set_permissions(&key, Permissions::from_mode(mode)).unwrap();
        let checked = output(entente(&["check", &file]).env("ENTENTE_KEY_FILE", &key));
        assert_eq!(checked.code, 0, "{checked:?}");
        checked.stdout
    };
    let (open, closed) = (check(0o640), check(0o600));
    assert!(
        open.contains(&format!("warning: the key in {key}, which ENTENTE_KEY_FILE names, can be read by")),
        "{open}"
    );
    assert!(open.contains(&format!("chmod 600 {key}")) && !closed.contains("warning"), "{open}{closed}");
}

/// A backup takes the secrets with it as they are sealed; the key comes from elsewhere, before and after.
#[test]
fn a_backup_brings_the_secrets_back_and_the_key_is_not_in_it() {
    let (peers, file) = company();
    assert_eq!(output(&mut with_key(&["sync", "--config", &file], KEY)).code, 0);
    let kept = peers.desk.arg("monday.backup");
    let made = output(&mut entente(&["backup", "--config", &file, "--to", &kept]));
    assert!(made.code == 0 && made.stdout.ends_with("open with the key only, which is not in it.\n"), "{made:?}");
    let bytes = std::fs::read(&kept).unwrap();
    for secret in [KEY, "sandbox-secret", "sandbox-api-token"] {
        assert!(!bytes.windows(secret.len()).any(|window| window == secret.as_bytes()), "{secret}");
    }
    let elsewhere = ["--config", &file, "--data-dir", &peers.desk.arg("elsewhere")];
    let restored = output(&mut entente(&[&["restore", &kept], &elsewhere[..]].concat()));
    assert_eq!(restored.code, 0, "{restored:?}");
    let sync = [&["sync"], &elsewhere[..]].concat();
    assert_eq!(output(&mut with_key(&sync, KEY)).code, 0, "both sides open with what came back");
    let refused = output(&mut with_key(&sync, OTHER_KEY));
    assert!(refused.stderr.contains("the key does not open `org-secret` in "), "{refused:?}");
}

#[test]
fn a_secret_that_was_removed_is_missed_where_it_is_named() {
    let (_peers, file) = company();
    let removed = output(&mut entente(&["secret", "remove", "org-secret", "--config", &file]));
    assert_eq!((removed.code, removed.stdout.as_str()), (0, "Removed org-secret.\n"));
    let check = output(&mut with_key(&["check", &file], KEY));
    assert!(
        check.stdout.contains("`secret:org-secret` has no value: there is no secret `org-secret` in "),
        "{check:?}"
    );
    assert!(check.stdout.contains("store it with `entente secret set org-secret`"), "{check:?}");
    let again = output(&mut entente(&["secret", "remove", "org-secret", "--config", &file]));
    assert_eq!(again.code, 2, "{again:?}");
}

#[test]
fn bad_keys_and_values_are_refused_in_one_sentence_without_showing_them() {
    let desk = Desk::new();
    let (file, dir) = (desk.file("acme.yaml", ""), desk.arg("data"));
    let set = ["secret", "set", "jira", "--config", &file, "--data-dir", &dir];
    let refused = |command: &mut Command, stdin: &str| {
        let ended = tell(command, stdin);
        assert_eq!((ended.code, ended.stdout.as_str()), (2, ""), "{ended:?}");
        assert!(!ended.stderr.contains("canary"), "{ended:?}");
        ended.stderr.lines().next().unwrap().to_owned()
    };
    assert_eq!(refused(&mut entente(&set), "canary"), "error: neither ENTENTE_KEY nor ENTENTE_KEY_FILE is set");
    let both = "error: both ENTENTE_KEY and ENTENTE_KEY_FILE are set";
    assert_eq!(refused(with_key(&set, KEY).env("ENTENTE_KEY_FILE", &file), "canary"), both);
    let no_key = "error: ENTENTE_KEY holds no key: a key is 32 bytes in base64";
    assert_eq!(refused(&mut with_key(&set, "canary"), "x"), no_key);
    let no_file = refused(entente(&set).env("ENTENTE_KEY_FILE", "/no/such/key"), "canary");
    assert!(
        no_file
            .starts_with("error: the key in /no/such/key, which ENTENTE_KEY_FILE names, cannot be read: No such file"),
        "{no_file}"
    );
    assert_eq!(refused(&mut with_key(&set, KEY), "\n"), "error: nothing came on stdin for jira");
    let long = "canary".repeat(20_000);
    assert_eq!(refused(&mut with_key(&set, KEY), &long), "error: what came on stdin is too long for jira");
    // A value is never an argument: those are in the shell's history and in the list of processes.
    let argument = [&set[..3], &["hunter2"], &set[3..]].concat();
    assert!(refused(&mut with_key(&argument, KEY), "").contains("unexpected argument"));
    assert!(refused(&mut with_key(&["secret", "set", "a b", "--data-dir", &dir], KEY), "x").contains("invalid value"));
    assert!(!desk.path("data").exists(), "what was refused left a directory");
}

/// S1-15: the quick start has its seven steps, and what it tells people to write and to type is in order.
#[test]
fn the_quick_start_tells_what_works() {
    let page = include_str!("../../../../docs/quick-start.md");
    let steps: Vec<&str> = page.lines().filter_map(|line| line.strip_prefix("## ")).map(|step| &step[..1]).collect();
    assert_eq!(steps, ["1", "2", "3", "4", "5", "6", "7"]);
    let part = |language: &str| page.split(&format!("```{language}\n")).nth(1).unwrap().split("```").next().unwrap();
    let desk = Desk::new();
    let file = desk.file("entente.yaml", part("yaml"));
    let told = |command: &mut Command| tell(command.env("ENTENTE_API_TOKEN", "a-token-of-some-length"), "typed\n");
    let named: Vec<&str> = part("sh").lines().filter(|line| line.starts_with("entente secret set ")).collect();
    assert_eq!(named.len(), 2);
    for line in named {
        let name = line.split(' ').nth(3).unwrap();
        let set = told(&mut with_key(&["secret", "set", name, "--config", &file], KEY));
        assert_eq!(set.code, 0, "{line}: {set:?}");
    }
    let check = told(&mut with_key(&["check", &file], KEY));
    assert_eq!(
        (check.code, check.stdout.as_str()),
        (0, format!("{file} is valid: 0 connected items, 2 connections.\n").as_str())
    );
}
