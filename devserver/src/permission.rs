//! Permissions of roles, in the order in which the permissions call lists them.
//!
//! Source: ZITADEL `cmd/defaults.yaml`, `InternalAuthZ`.

pub(crate) const ORG_READ: &str = "org.read";
pub(crate) const ORG_WRITE: &str = "org.write";

/// Id of the project that PROJECT_OWNER is limited to.
const PROJECT: &str = "69629023906480001";

const IAM: &str = "iam.read iam.write iam.policy.read iam.policy.write iam.policy.delete iam.member.read iam.member.write \
iam.member.delete iam.idp.read iam.idp.write iam.idp.delete iam.action.read iam.action.write iam.action.delete iam.flow.read \
iam.flow.write iam.flow.delete iam.feature.read iam.feature.write iam.feature.delete iam.restrictions.read \
iam.restrictions.write iam.web_key.write iam.web_key.delete iam.web_key.read iam.debug.write iam.debug.read org.create \
project.app.delete events.read milestones.read session.write action.target.read action.target.write action.target.delete \
action.execution.read action.execution.write userschema.read userschema.write userschema.delete";

const OWNER: &str = "org.read org.global.read org.write org.delete org.member.read org.member.write org.member.delete \
org.idp.read org.idp.write org.idp.delete org.action.read org.action.write org.action.delete org.flow.read org.flow.write \
org.flow.delete org.feature.read org.feature.write org.feature.delete user.read user.global.read user.write user.delete \
user.grant.read user.grant.write user.grant.delete user.membership.read user.credential.write user.passkey.write \
user.feature.read user.feature.write user.feature.delete policy.read policy.write policy.delete project.read project.create \
project.write project.delete project.member.read project.member.write project.member.delete project.role.read \
project.role.write project.role.delete project.app.read project.app.write project.grant.read project.grant.write \
project.grant.delete project.grant.member.read project.grant.member.write project.grant.member.delete session.read \
session.delete group.create group.write group.read group.delete group.user.write group.user.read group.user.delete";

const VIEWER: &str = "org.read org.member.read org.idp.read org.action.read org.flow.read org.feature.read user.read \
user.global.read user.grant.read user.membership.read user.feature.read policy.read project.read project.member.read \
project.role.read project.app.read project.grant.read project.grant.member.read project.grant.user.grant.read group.read \
group.user.read";

const SETTINGS: &str = "org.read org.write org.member.read org.idp.read org.idp.write org.idp.delete org.feature.read \
org.feature.write org.feature.delete policy.read policy.write policy.delete";

const PROJECT_OWNER: &str = "org.global.read policy.read project.read project.write project.delete project.member.read \
project.member.write project.member.delete project.role.read project.role.write project.role.delete project.app.read \
project.app.write project.app.delete project.grant.read project.grant.write project.grant.delete project.grant.member.read \
project.grant.member.write project.grant.member.delete user.read user.global.read user.grant.read user.grant.write \
user.grant.delete user.membership.read";

/// Returns the permissions of a role.
pub(crate) fn of_role(role: &str) -> Vec<String> {
    let (lists, suffix): (&[&str], String) = match role {
        "IAM_OWNER" => (&[OWNER, IAM], String::new()),
        "ORG_OWNER" => (&[OWNER], String::new()),
        "ORG_OWNER_VIEWER" => (&[VIEWER], String::new()),
        "ORG_SETTINGS_MANAGER" => (&[SETTINGS], String::new()),
        "PROJECT_OWNER" => (&[PROJECT_OWNER], format!(":{PROJECT}")),
        _ => (&[], String::new()),
    };
    lists.iter().flat_map(|list| list.split(' ')).map(|permission| format!("{permission}{suffix}")).collect()
}

pub(crate) fn permits(role: &str, permission: &str) -> bool {
    of_role(role).iter().any(|held| held == permission)
}
