//! A Leptos app that reactivates a ZITADEL organization.

use leptos::{ev::SubmitEvent, mount::mount_to_body, prelude::*, task::spawn_local};
use zitadel_org_web::{Client, Code, Error, ErrorKind, Outcome};

fn main() {
    mount_to_body(App);
}

/// Activates an organization and describes its state.
async fn reactivate(base_url: String, token: String, org_id: String) -> Result<String, Error> {
    let client = Client::builder(base_url).token(token).build()?;
    let outcome = client.ensure_org_active(&org_id).await?.outcome;
    let org = client.get_my_org(Some(&org_id)).await?.org.unwrap_or_default();
    let happened = match outcome {
        Outcome::Reactivated => "has been reactivated",
        Outcome::AlreadyActive => "was active already",
        Outcome::Active => "is active",
    };
    Ok(format!("{} {happened}: {}", org.name, org.state().as_str_name()))
}

/// Returns advice on an error for the user.
fn advice(error: &Error) -> &'static str {
    match (error.kind(), error.code()) {
        (ErrorKind::Status, Code::Unauthenticated) => "Log in again and use the new token.",
        (ErrorKind::Status, Code::PermissionDenied | Code::NotFound) => "Check the id and the user's role there.",
        (ErrorKind::InvalidArgument, _) => "Correct the field.",
        _ if error.is_retriable() => "Try again later.",
        _ => "Contact the instance's administrator.",
    }
}

#[component]
fn App() -> impl IntoView {
    let (base_url, token, org_id) =
        (RwSignal::new(origin()), RwSignal::new(String::new()), RwSignal::new(String::new()));
    let is_busy = RwSignal::new(false);
    let result = RwSignal::new(None::<Result<String, Error>>);

    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        is_busy.set(true);
        spawn_local(async move {
            result.set(Some(reactivate(base_url.get_untracked(), token.get_untracked(), org_id.get_untracked()).await));
            is_busy.set(false);
        });
    };

    view! {
        <form on:submit=submit>
            <label>"ZITADEL" <input id="base-url" bind:value=base_url /></label>
            <label>"Token" <input id="token" type="password" bind:value=token /></label>
            <label>"Organization" <input id="org-id" bind:value=org_id /></label>
            <button id="reactivate" disabled=is_busy>"Reactivate"</button>
        </form>
        {move || result.get().map(|result| match result {
            Ok(text) => view! { <p id="result" role="status">{text}</p> }.into_any(),
            Err(error) => view! {
                <p id="result" role="alert">{error.to_string()} " " {advice(&error)}</p>
            }.into_any(),
        })}
    }
}

fn origin() -> String {
    window().location().origin().unwrap_or_default()
}
