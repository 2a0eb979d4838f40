//! A Yew app that reactivates a ZITADEL organization.

use wasm_bindgen_futures::spawn_local;
use web_sys::HtmlInputElement;
use yew::prelude::*;
use zitadel_org_web::{Client, Code, Error, ErrorKind, Outcome};

fn main() {
    yew::Renderer::<App>::new().render();
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
fn App() -> Html {
    let (base_url, token, org_id) = (use_state(origin), use_state(String::new), use_state(String::new));
    let is_busy = use_state(|| false);
    let result = use_state(|| None::<Result<String, Error>>);

    let submit = {
        let (base_url, token, org_id) = (base_url.clone(), token.clone(), org_id.clone());
        let (is_busy, result) = (is_busy.clone(), result.clone());
        move |event: SubmitEvent| {
            event.prevent_default();
            is_busy.set(true);
            let call = reactivate((*base_url).clone(), (*token).clone(), (*org_id).clone());
            let (is_busy, result) = (is_busy.clone(), result.clone());
            spawn_local(async move {
                result.set(Some(call.await));
                is_busy.set(false);
            });
        }
    };

    let message = (*result).as_ref().map(|result| match result {
        Ok(text) => html! { <p id="result" role="status">{ text }</p> },
        Err(error) => html! { <p id="result" role="alert">{ error } { " " } { advice(error) }</p> },
    });
    html! {
        <>
            <form onsubmit={submit}>
                <label>{ "ZITADEL" } <input id="base-url" value={(*base_url).clone()} oninput={into(base_url)} /></label>
                <label>{ "Token" } <input id="token" type="password" value={(*token).clone()} oninput={into(token)} /></label>
                <label>{ "Organization" } <input id="org-id" value={(*org_id).clone()} oninput={into(org_id)} /></label>
                <button id="reactivate" disabled={*is_busy}>{ "Reactivate" }</button>
            </form>
            { message }
        </>
    }
}

/// Stores the input of a field.
fn into(state: UseStateHandle<String>) -> Callback<InputEvent> {
    Callback::from(move |event: InputEvent| {
        let field: HtmlInputElement = event.target_unchecked_into();
        state.set(field.value());
    })
}

fn origin() -> String {
    web_sys::window().and_then(|window| window.location().origin().ok()).unwrap_or_default()
}
