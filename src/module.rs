//! What JavaScript calls.

use alloc::boxed::Box;

use crate::{
    answer::Answer,
    metadata::Block,
    proto::{ANSWERS, METHODS_JSON},
};

#[cfg(target_arch = "wasm32")]
use wasm_bindgen::prelude::wasm_bindgen;

/// What a module without the standard library brings itself.
#[cfg(all(feature = "standalone", target_arch = "wasm32"))]
mod standalone {
    #[global_allocator]
    static ALLOCATOR: lol_alloc::LockedAllocator<lol_alloc::FreeListAllocator> =
        lol_alloc::LockedAllocator::new(lol_alloc::FreeListAllocator::new());

    /// A panic, of which there should be none, is a trap; the package tells it from everything else.
    #[panic_handler]
    fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
        core::arch::wasm32::unreachable()
    }
}

/// The methods and how they are called, as JSON: by name, an object with the method's `index`, for `grpc-web` and `json` the
/// request's `method`, `path` and `body` (a list of bytes or null), and the fields of its `answer` by their names: `"string"`,
/// `"uint64"`, `"timestamp"`, the names of an enum's values, or the fields of a message. `headers` has those of all requests, by
/// protocol.
///
/// What depends on the call is not in it: the base URL before the path, the token, the organization and options.
#[must_use]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen)]
pub fn methods() -> Box<[u8]> {
    METHODS_JSON.as_bytes().into()
}

/// What an answer over gRPC-Web comes to, as JSON: `{ value }` or `{ error }`; empty if that takes more of the body.
///
/// `method` is its index, and `is_complete` is false as long as more of the body may come. `answer` is a line for each header,
/// `headers_len` bytes in all, and the body behind them. A method that there is not has an empty answer.
#[must_use]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen)]
pub fn decode(method: u8, http_status: u16, is_complete: bool, headers_len: usize, answer: &[u8]) -> Box<[u8]> {
    let Some(fields) = ANSWERS.get(usize::from(method)) else { return Box::default() };
    let (headers, body) = answer.split_at_checked(headers_len).unwrap_or_default();
    Answer { http_status, headers: Block::new(headers), body, is_complete }.outcome_json(fields).as_slice().into()
}
