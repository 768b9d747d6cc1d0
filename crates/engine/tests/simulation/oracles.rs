//! What must be true, asked of the org, the site and the ledger of what people wrote, not of the engine's own words.

mod access;
mod accounts;
mod agreement;
mod files;
mod journal;
mod merge;
mod talk;
mod twins;
mod words;
mod writes;

pub(crate) use self::{
    accounts::{Accounts, are_kept},
    journal::{lost, words},
    talk::are_for_no_more_readers,
    twins::links,
    writes::n_overwritten,
};
use entente_store::{Link, LinkState};

use crate::history::History;

/// What must be true at the end of each day.
pub(crate) async fn in_the_evening(history: &mut History) -> Result<(), String> {
    if history.polls_must_do() {
        history.polls_until_quiet().await?;
        agreement::holds_without_a_look(history).await?;
    } else {
        history.sweep().await?;
        history.polls_are_sound_again();
    }
    history.nobody_did_wrong()?;
    twins::at_most_one(history).await?;
    words::are_the_last_without_a_look(history).await?;
    talk::is_carried_once(history).await?;
    files::are_carried_once(history).await?;
    access::is_as_wished(history).await?;
    journal::has_everything_overwritten(history).await
}

/// Links that have not been dissolved.
pub(crate) async fn live_links(history: &History) -> Vec<Link> {
    let links = links(history).await;
    links.into_iter().filter(|link| !matches!(link.state, LinkState::Unlinked { .. })).collect()
}

/// What must be true when nothing goes wrong any more.
pub(crate) async fn in_the_end(history: &mut History) -> Result<(), String> {
    if history.polls_must_do() {
        history.polls_until_quiet().await?;
        agreement::holds_without_a_look(history).await?;
    }
    let mut last = Ok(());
    for _ in 0..3 {
        history.sweep().await?;
        last = agreement::holds(history).await;
        if last.is_ok() {
            break;
        }
        history.rest(600_000).await;
    }
    last.map_err(|why| format!("after three looks: {why}"))?;
    history.nobody_did_wrong()?;
    twins::at_most_one(history).await?;
    twins::nobody_is_forgotten(history).await?;
    twins::only_the_deleted_are_unlinked(history).await?;
    twins::what_was_parted_stays_parted(history).await?;
    words::are_the_last(history).await?;
    talk::is_carried_once(history).await?;
    files::are_carried_once(history).await?;
    access::is_as_wished(history).await?;
    journal::has_everything_overwritten(history).await?;
    writes::only_mapped_fields(history)?;
    writes::stop(history).await?;
    merge::is_as_expected(history).await?;
    journal::has_everything_overwritten(history).await
}
