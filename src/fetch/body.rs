//! The body of a response.

use js_sys::{ArrayBuffer, Uint8Array};
use wasm_bindgen::prelude::*;

use super::{
    abort::Abort,
    future::{ignore, settled},
    reflect::{Any, construct, get, has, invoke, plain, type_error},
    source,
};
use crate::{error::Source, platform::Body, protocol::frame::MAX_BODY_LEN};

#[wasm_bindgen]
extern "C" {
    type BodyOwner;
    #[wasm_bindgen(method, getter, structural, catch)]
    fn body(this: &BodyOwner) -> Result<Option<Any>, JsValue>;
    #[wasm_bindgen(method, getter, structural, catch, js_name = bodyUsed)]
    fn body_used(this: &BodyOwner) -> Result<Option<Any>, JsValue>;

    type Stream;
    #[wasm_bindgen(method, structural, catch, js_name = getReader)]
    fn get_reader(this: &Stream) -> Result<Option<Any>, JsValue>;

    type Reader;
    #[wasm_bindgen(method, structural, catch)]
    fn read(this: &Reader) -> Result<Option<Any>, JsValue>;

    type Chunk;
    #[wasm_bindgen(method, getter, structural, catch)]
    fn done(this: &Chunk) -> Result<Option<Any>, JsValue>;
    #[wasm_bindgen(method, getter, structural, catch)]
    fn value(this: &Chunk) -> Result<Option<Any>, JsValue>;
}

const NONE: JsValue = JsValue::UNDEFINED;
const VIEW: &str = "Uint8Array";

/// The body of a response that is being read.
#[derive(Debug)]
pub(crate) struct FetchBody {
    bytes: Bytes,
    abort: Abort,
}

#[derive(Debug)]
enum Bytes {
    /// A stream.
    Reader(Any),
    /// All of it at once, for a response of another fetch whose body is none of the web's streams.
    Whole(JsValue),
    /// Nothing more.
    End,
}

impl FetchBody {
    /// The body of what should be a `Response`.
    pub(super) fn new(response: &JsValue, abort: Abort) -> Result<Self, JsValue> {
        let owner: &BodyOwner = response.unchecked_ref();
        if owner.body_used()?.is_some_and(|is_used| is_used.is_truthy()) {
            return Err(type_error("its body was read by somebody else"));
        }
        let stream = owner.body()?;
        let reader = stream.as_ref().map(|stream| stream.unchecked_ref::<Stream>().get_reader());
        let bytes = match (reader, &stream) {
            (Some(Ok(Some(reader))), _) => Bytes::Reader(reader),
            (Some(Err(thrown)), Some(stream)) if has(stream, "getReader") => return Err(thrown),
            _ if has(response, "arrayBuffer") => Bytes::Whole(response.clone()),
            // A 204 has no body in some runtimes and an empty one in others.
            (None, _) => Bytes::End,
            _ => return Err(type_error("its body is not a stream")),
        };
        Ok(Self { bytes, abort })
    }

    async fn next(&mut self) -> Result<Option<Vec<u8>>, JsValue> {
        let (promise, is_whole) = match &self.bytes {
            Bytes::Reader(reader) => (plain(reader.unchecked_ref::<Reader>().read()?), false),
            Bytes::Whole(response) => (invoke(response, "arrayBuffer", &NONE, &NONE)?, true),
            Bytes::End => return Ok(None),
        };
        let settled = settled(&promise).await?;
        let chunk: &Chunk = settled.unchecked_ref();
        let whole = if is_whole {
            Some(construct(VIEW, &[&settled])?)
        } else if chunk.done()?.is_some_and(|is_done| is_done.is_truthy()) {
            None
        } else {
            return bytes(&plain(chunk.value()?)).map(Some);
        };
        self.bytes = Bytes::End;
        self.abort.disarm();
        whole.map(|whole| bytes(&whole)).transpose()
    }
}

impl Body for FetchBody {
    async fn read(&mut self) -> Result<Option<Vec<u8>>, Source> {
        self.next().await.map_err(source)
    }
}

impl Drop for FetchBody {
    /// Gives up what was not read, also where fetch ignores its signal.
    fn drop(&mut self) {
        if let Bytes::Reader(reader) = &self.bytes {
            if let Ok(cancelled) = invoke(reader, "cancel", &NONE, &NONE) {
                // Handled, whatever comes of it.
                ignore(&cancelled);
            }
            let _ = invoke(reader, "releaseLock", &NONE, &NONE);
        }
    }
}

/// The bytes of a chunk, as many of them as a body may have and one more.
fn bytes(chunk: &JsValue) -> Result<Vec<u8>, JsValue> {
    // Not instanceof alone: the stream may come from another realm.
    let bytes = if let Some(bytes) = chunk.dyn_ref::<Uint8Array>() {
        bytes.clone()
    } else if ArrayBuffer::is_view(chunk) {
        let get = |name| get(chunk, name).map(plain);
        construct(VIEW, &[&get("buffer")?, &get("byteOffset")?, &get("byteLength")?])?.unchecked_into()
    } else {
        return Err(type_error("the body's stream has a chunk that is not a Uint8Array"));
    };
    let max = u32::try_from(MAX_BODY_LEN).unwrap_or(u32::MAX).saturating_add(1);
    Ok(if bytes.length() > max { bytes.subarray(0, max).to_vec() } else { bytes.to_vec() })
}
