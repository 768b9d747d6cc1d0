//! `entente rights`: the least rights that a configuration needs at a connection, in a form in which they can be granted.

use std::path::PathBuf;

use clap::Args;
use entente_engine::{Engine, OrgRights, Outside, Rights as Least, SiteRights};
use entente_store::Store;
use maud::html;

use super::answer::json as document;
use super::{Exit, Failure, check};
use crate::screen::Screen;
use crate::secrets::Secrets;

/// Print the least rights that the configuration needs: a permission set for an org, permissions and scopes for a site
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  entente rights acme-org --config entente.yaml > Entente_Least.permissionset-meta.xml"
)]
pub(crate) struct Rights {
    /// The connection, as the configuration calls it
    #[arg(value_name = "CONNECTION")]
    connection: String,

    /// The configuration file
    #[arg(long, value_name = "FILE")]
    config: PathBuf,

    /// Print one JSON document
    #[arg(long)]
    pub(crate) json: bool,

    /// Where the secrets lie; usually `entente-data` beside the configuration file
    #[arg(long, value_name = "D")]
    data_dir: Option<PathBuf>,
}

impl Rights {
    /// Runs the command. It asks the org what fields are called and remembers nothing.
    pub(crate) async fn run(self, screen: &Screen) -> Result<Exit, Failure> {
        let secrets = Secrets::of(&self.config, self.data_dir.as_deref());
        let (_, config) = check::read_valid(&self.config, &secrets, screen)?;
        let engine = Engine::new(config.into(), Store::memory().await?, Outside::system())?;
        let rights = engine.rights(&self.connection).await?;
        let text = match &rights {
            _ if self.json => document(&rights),
            Least::Salesforce(rights) => permission_set(rights),
            Least::Jira(rights) => permissions(rights),
        };
        screen.result(&text).map_err(|error| Failure::output(&error))?;
        if let Least::Salesforce(OrgRights { hidden, .. }) = &rights {
            for behind in hidden {
                screen.say(&format!(
                    "{behind} leads over something that the account cannot see yet: deploy this, then run it again."
                ));
            }
        }
        Ok(Exit::Done)
    }
}

/// <https://developer.salesforce.com/docs/atlas.en-us.api_meta.meta/api_meta/meta_permissionset.htm>
fn permission_set(rights: &OrgRights) -> String {
    let fields = rights.fields.iter().map(|(field, editable)| {
        let field = escaped(field);
        format!(
            "    <fieldPermissions>\n        <editable>{editable}</editable>\n        <field>{field}</field>\n        \
             <readable>true</readable>\n    </fieldPermissions>\n"
        )
    });
    // A record that cannot be seen would look like one that was deleted, so all are.
    let objects = rights.objects.iter().map(|(object, may)| {
        let object = escaped(object);
        let may = [
            ("allowCreate", may.create),
            ("allowDelete", false),
            ("allowEdit", may.edit),
            ("allowRead", true),
            ("modifyAllRecords", false),
        ];
        let may: String = may.map(|(right, granted)| format!("        <{right}>{granted}</{right}>\n")).concat();
        format!(
            "    <objectPermissions>\n{may}        <object>{object}</object>\n        \
             <viewAllRecords>true</viewAllRecords>\n    </objectPermissions>\n"
        )
    });
    let (fields, objects): (String, String) = (fields.collect(), objects.collect());
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<PermissionSet xmlns="http://soap.sforce.com/2006/04/metadata">
    <description>What this configuration of Entente needs, and nothing else.</description>
{fields}    <hasActivationRequired>false</hasActivationRequired>
    <label>Entente Least</label>
{objects}    <userPermissions>
        <enabled>true</enabled>
        <name>ApiEnabled</name>
    </userPermissions>
</PermissionSet>"#
    )
}

fn escaped(name: &str) -> String {
    html! { (name) }.into_string()
}

fn permissions(rights: &SiteRights) -> String {
    let of_projects = rights.projects.iter().flat_map(|(project, permissions)| {
        permissions.iter().map(move |(key, name)| format!("project {project}: {name} ({key})"))
    });
    let global = rights.global.iter().map(|(key, name)| format!("whole site: {name} ({key})"));
    let scopes = rights.scopes.iter().map(|scope| format!("scope of a token that has scopes: {scope}"));
    of_projects.chain(global).chain(scopes).collect::<Vec<_>>().join("\n")
}
