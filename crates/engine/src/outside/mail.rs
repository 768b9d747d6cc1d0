//! The mail server. One mail is one conversation, and what matters is how far it came: before the last dot of the text
//! nothing can have left, after it only the server's answer tells.
//!
//! <https://www.rfc-editor.org/rfc/rfc5321#section-4.2.5> (who is responsible for a mail, and from when on)

use std::{
    fmt::Display,
    time::{Duration, SystemTime},
};

use entente_core::{
    config::{MailServer, Protection},
    delivery::Letter,
};
use lettre::{
    Address, Message,
    address::AddressError,
    message::{Mailbox, header::ContentType},
    transport::smtp::{
        Error,
        authentication::{Credentials, DEFAULT_MECHANISMS},
        client::{AsyncSmtpConnection, TlsParameters},
        commands::{Data, Mail, Rcpt},
        extension::ClientId,
        response::Response,
    },
};

use super::Outside;

/// How long the server may take until it has heard everything, and again until it has answered. The standard's own
/// patience (<https://www.rfc-editor.org/rfc/rfc5321#section-4.5.3.2>) would hold up everything else.
const PATIENCE: Duration = Duration::from_secs(60);

/// How a mail was received.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Handed {
    /// The server took it, in these words.
    Accepted(String),
    /// The server refuses this mail for good, in these words.
    Refused(String),
    /// It surely did not leave; the same mail may leave later.
    NotYet(String),
    /// It may have left.
    Unheard,
}

impl Outside {
    /// Hands one mail to the server. `marker` makes the same mail recognisable when it is sent twice.
    pub(crate) async fn hand_over(&self, server: &MailServer, letter: &Letter, marker: &str) -> Handed {
        let (message, addresses) = match written(self, server, letter, marker) {
            Ok(written) => written,
            Err(why) => return Handed::Refused(why),
        };
        let mut connection = match self.patiently(announced(server, &addresses)).await {
            Some(Ok(connection)) => connection,
            Some(Err(handed)) => return handed,
            None => return Handed::NotYet("the mail server did not answer in time".to_owned()),
        };
        let answer = self.patiently(connection.message(&message)).await;
        let handed = match answer {
            Some(Ok(answer)) => Handed::Accepted(words(&answer)),
            Some(Err(error)) if error.is_permanent() => Handed::Refused(error.to_string()),
            Some(Err(error)) if error.is_transient() => Handed::NotYet(error.to_string()),
            Some(Err(_)) | None => Handed::Unheard,
        };
        // Politeness: what was decided above stands, whatever becomes of the farewell.
        let _ = self.patiently(connection.abort()).await;
        handed
    }

    /// Comes as far as a login, and says goodbye; why not, if not.
    pub(crate) async fn try_mail(&self, server: &MailServer) -> Result<(), String> {
        match self.patiently(signed_in(server)).await {
            Some(Ok(mut connection)) => {
                // Politeness, as above.
                let _ = self.patiently(connection.quit()).await;
                Ok(())
            }
            Some(Err(error)) => Err(error.to_string()),
            None => Err("it did not answer in time".to_owned()),
        }
    }

    /// What is not over in time is over.
    async fn patiently<T>(&self, talk: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            said = talk => Some(said),
            () = self.clock.sleep(PATIENCE) => None,
        }
    }
}

/// Who sends, who receives, who gets a copy.
struct Addresses {
    from: Address,
    to: Address,
    cc: Option<Address>,
}

/// The mail as it travels.
fn written(
    outside: &Outside,
    server: &MailServer,
    letter: &Letter,
    marker: &str,
) -> Result<(Vec<u8>, Addresses), String> {
    let from: Mailbox = server.from.parse().map_err(no_address(&server.from))?;
    let to: Address = letter.to.parse().map_err(no_address(&letter.to))?;
    let cc = letter.cc.as_ref().map(|cc| cc.parse::<Address>().map_err(no_address(cc))).transpose()?;
    let message = Message::builder()
        .message_id(Some(format!("<{marker}@{}>", from.email.domain())))
        .date(SystemTime::from(outside.clock.now()))
        .from(from.clone())
        .to(to.clone().into())
        .subject(&letter.subject)
        .header(ContentType::TEXT_PLAIN);
    let message = cc.iter().fold(message, |message, cc| message.cc(cc.clone().into()));
    let message = message.body(letter.body.clone()).map_err(|error| format!("the mail cannot be written: {error}"))?;
    Ok((message.formatted(), Addresses { from: from.email, to, cc }))
}

fn no_address(written: &str) -> impl Fn(AddressError) -> String {
    move |error| format!("\"{written}\" is no e-mail address ({error})")
}

/// A conversation that has come so far that the text may be told.
async fn announced(server: &MailServer, addresses: &Addresses) -> Result<AsyncSmtpConnection, Handed> {
    let mut connection = signed_in(server).await.map_err(not_yet)?;
    connection.command(Mail::new(Some(addresses.from.clone()), vec![])).await.map_err(not_yet)?;
    match connection.command(Rcpt::new(addresses.to.clone(), vec![])).await {
        Err(error) if error.is_permanent() => return Err(Handed::Refused(error.to_string())),
        other => drop(other.map_err(not_yet)?),
    }
    if let Some(cc) = &addresses.cc {
        match connection.command(Rcpt::new(cc.clone(), vec![])).await {
            // A colleague who has left must not keep the mail from the Lead.
            Err(error) if error.is_permanent() => tracing::warn!("The copy to {cc} was refused: {error}"),
            other => drop(other.map_err(not_yet)?),
        }
    }
    connection.command(Data).await.map_err(not_yet)?;
    Ok(connection)
}

async fn signed_in(server: &MailServer) -> Result<AsyncSmtpConnection, Error> {
    let hello = ClientId::default();
    let tls = || TlsParameters::new(server.host.trim_matches(['[', ']']).to_owned());
    let implicit = (server.protection == Protection::Tls).then(tls).transpose()?;
    let host = (server.host.trim_matches(['[', ']']), server.port);
    let mut connection = AsyncSmtpConnection::connect_tokio1(host, Some(PATIENCE), &hello, implicit, None).await?;
    if server.protection == Protection::StartTls {
        connection.starttls(tls()?, &hello).await?;
    }
    if let Some((user, password)) = &server.login {
        let credentials = Credentials::new(user.clone(), password.expose().to_owned());
        connection.auth(DEFAULT_MECHANISMS, &credentials).await?;
    }
    Ok(connection)
}

/// What was said before the text was told: neither our login nor our address is the Lead's fault.
fn not_yet(error: impl Display) -> Handed {
    Handed::NotYet(error.to_string())
}

fn words(answer: &Response) -> String {
    [answer.code().to_string(), answer.message().collect::<Vec<_>>().join(" ")].join(" ")
}
