//! Records that an earlier item of the document would take, if it did not rest. Until it goes on they wait for it: were a
//! later item to give them a twin, the earlier one could never have them any more.

use std::{slice, sync::Arc};

use entente_core::{ConnectedItem, Record, Side, filter::Verdict, plan::admits};

use super::{Needs, Scene, plan_all, read};
use crate::{error::EngineError, unit::Work, wiring::Wired};

/// Plans once more, with that fact, what would create a twin for a record that waits for an item that rests. Whoever asks
/// for one item alone asks for no other.
pub(crate) async fn wait(scene: &Scene<'_>, works: &mut [Work]) -> Result<(), EngineError> {
    if scene.worker.only_item.is_some() || !scene.wired.item.runs() {
        return Ok(());
    }
    for target in Side::BOTH {
        for earlier in scene.worker.wiring.resting_before(&scene.wired.item, target.other()) {
            wait_for(scene, &earlier, target, works).await?;
        }
    }
    Ok(())
}

async fn wait_for(
    scene: &Scene<'_>,
    earlier: &Arc<Wired>,
    target: Side,
    works: &mut [Work],
) -> Result<(), EngineError> {
    let source = target.other();
    let wanting: Vec<usize> = (0..works.len()).filter(|n| works[*n].is_open() && works[*n].creates(target)).collect();
    if wanting.is_empty() {
        return Ok(());
    }
    // What names things that are not there takes nothing.
    let Ok(scheme) = earlier.scheme().await else { return Ok(()) };
    let at = Scene { worker: scene.worker, wired: earlier, scheme: &scheme, round: String::new() };
    let ids: Vec<String> = wanting.iter().map(|n| works[*n].id(source).to_owned()).collect();
    let records = read::records(&at, source, &ids).await?;
    for n in wanting {
        let work = &mut works[n];
        if takes(&scheme.item, source, records.get(work.id(source))) {
            work.facts.waits_for = Some(earlier.item.name.clone());
            plan_all(scene, slice::from_mut(work), Needs::Open).await?;
        }
    }
    Ok(())
}

/// What cannot be judged waits too.
fn takes(item: &ConnectedItem, side: Side, record: Option<&Record>) -> bool {
    record.is_some_and(|record| admits(item, side, record) != Verdict::Fails)
}
