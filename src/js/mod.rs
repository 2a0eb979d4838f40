//! The JavaScript edge: exports that take what JavaScript passes in and return promises. Nothing imports it.

mod abort;
mod ensure;
mod error;
mod executor;
mod exports;
mod options;
mod token;

pub use self::exports::{
    activate_organization, deactivate_org, deactivate_organization, ensure_org_active, ensure_orgs_active, get_my_org,
    list_my_zitadel_permissions, list_organizations, reactivate_org,
};
pub use crate::machine::Any;
