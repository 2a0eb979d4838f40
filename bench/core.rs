//! The core at sizes from empty to the limits: the time per byte should not grow with the size.
#![allow(missing_docs, clippy::unwrap_used, clippy::missing_docs_in_private_items, reason = "a benchmark")]

#[cfg(not(target_arch = "wasm32"))]
mod native {
    use std::hint::black_box;

    use base64ct::{Base64Unpadded, Encoding as _};
    use criterion::{BenchmarkId, Criterion, Throughput};
    use prost::Message as _;
    use prost_types::Any;
    use zitadel_org_web::{
        answer::Answer,
        frame,
        metadata::Block,
        proto::{
            GET_MY_ORG_RESPONSE,
            google::rpc::Status,
            zitadel::{management::v1::GetMyOrgResponse, org::v1::Org},
        },
        status,
    };

    const HEADERS: &[u8] = b"content-type: application/grpc-web+proto\r\n";
    const OK: &[u8] = b"\x80\0\0\0\x0fgrpc-status:0\r\n";

    fn outcome(body: &[u8]) -> Vec<u8> {
        let headers = Block::new(HEADERS);
        Answer { http_status: 200, headers, body, is_complete: true }.outcome_json(GET_MY_ORG_RESPONSE)
    }

    fn each(criterion: &mut Criterion, name: &str, sizes: &[usize], bytes: impl Fn(usize) -> Vec<u8>, run: fn(&[u8])) {
        let mut group = criterion.benchmark_group(name);
        group.sample_size(20);
        for size in sizes {
            let bytes = bytes(*size);
            group.throughput(Throughput::Bytes(bytes.len() as u64));
            group.bench_with_input(BenchmarkId::from_parameter(size), &bytes, |bencher, bytes| {
                bencher.iter(|| run(black_box(bytes)));
            });
        }
        group.finish();
    }

    pub(super) fn run() {
        let mut criterion = Criterion::default().configure_from_args();
        each(
            &mut criterion,
            "a message with a name of so many bytes",
            &[0, 1_000, 30_000, 1_000_000, 4_000_000],
            |size| {
                let org = Org { name: "n".repeat(size), ..Org::default() };
                let message = GetMyOrgResponse { org: Some(org) }.encode_to_vec();
                [frame::encode(&message).unwrap().as_slice(), OK].concat()
            },
            |body| drop(outcome(body)),
        );
        each(
            &mut criterion,
            "trailers of so many lines",
            &[1, 100, 1_000, 6_000],
            |lines| {
                let block = format!("{}grpc-status: 5\r\n", "x-a: 1\r\n".repeat(lines));
                let len = u32::try_from(block.len()).unwrap().to_be_bytes();
                [&[0x80], &len[..], block.as_bytes()].concat()
            },
            |body| drop(outcome(body)),
        );
        each(
            &mut criterion,
            "so many details",
            &[0, 1, 30, 500],
            |count| {
                let type_url = "type.googleapis.com/zitadel.v1.ErrorDetail".to_owned();
                let detail = Any { type_url, value: b"\x0a\x0bEVENT-bfnrh\x12\x04text".to_vec() };
                let status = Status { code: 9, message: "text".to_owned(), details: vec![detail; count] };
                let details = Base64Unpadded::encode_string(&status.encode_to_vec());
                format!("grpc-status: 9\r\ngrpc-status-details-bin: {details}\r\n").into_bytes()
            },
            |block| drop(status::from_metadata(Block::new(block))),
        );
        criterion.final_summary();
    }
}

fn main() {
    #[cfg(not(target_arch = "wasm32"))]
    native::run();
}
