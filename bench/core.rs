//! The decoders at sizes from empty to the limits: the time per byte should not grow with the size.
#![allow(missing_docs, clippy::unwrap_used, clippy::missing_docs_in_private_items, reason = "a benchmark")]

#[cfg(not(target_arch = "wasm32"))]
mod native {
    use std::hint::black_box;

    use criterion::{BenchmarkId, Criterion, Throughput};
    use prost::Message as _;
    use zitadel_org_web::{
        Metadata,
        proto::{
            google::rpc::Status,
            zitadel::{management::v1::GetMyOrgResponse, org::v1::Org},
        },
        protocol::{
            base64, frame,
            response::{Decoder, End, Head, Opening},
            status,
        },
        value::{Value, schema::ZITADEL_MANAGEMENT_V1_GET_MY_ORG_RESPONSE as SCHEMA},
    };

    const HEADERS: &[u8] = b"content-type: application/grpc-web+proto\r\n";
    const OK: &[u8] = b"\x80\0\0\0\x0fgrpc-status:0\r\n";

    fn decode(chunks: &mut dyn Iterator<Item = &[u8]>) {
        let head = Head { http_status: 200, headers: Metadata::decode(HEADERS) };
        let Opening::Body(mut decoder) = Decoder::open(head) else { return };
        chunks.for_each(|chunk| decoder.push(chunk));
        if let Ok(response) = decoder.finish(End::Complete) {
            black_box(Value::decode(&SCHEMA, &response.message, true).unwrap());
        }
    }

    fn organization(name_len: usize) -> Vec<u8> {
        let org = Org { name: "n".repeat(name_len), ..Org::default() };
        let message = GetMyOrgResponse { org: Some(org) }.encode_to_vec();
        [frame::encode(&message).unwrap().as_slice(), OK].concat()
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
            organization,
            |body| decode(&mut std::iter::once(body)),
        );
        for chunk_len in [1, 64, 65_536] {
            let body = organization(4_000_000);
            let mut group = criterion.benchmark_group("a message of 4 MB in chunks of so many bytes");
            group.sample_size(10).throughput(Throughput::Bytes(body.len() as u64));
            group.bench_with_input(BenchmarkId::from_parameter(chunk_len), &body, |bencher, body| {
                bencher.iter(|| decode(&mut black_box(body).chunks(chunk_len)));
            });
            group.finish();
        }
        each(
            &mut criterion,
            "trailers of so many lines",
            &[1, 100, 1_000, 6_000],
            |lines| {
                let block = format!("{}grpc-status: 5\r\n", "x-a: 1\r\n".repeat(lines));
                let len = u32::try_from(block.len()).unwrap().to_be_bytes();
                [&[0x80], &len[..], block.as_bytes()].concat()
            },
            |body| decode(&mut std::iter::once(body)),
        );
        each(
            &mut criterion,
            "so many details",
            &[0, 1, 30, 500],
            |count| {
                let type_url = "type.googleapis.com/zitadel.v1.ErrorDetail".to_owned();
                let detail = prost_types::Any { type_url, value: b"\x0a\x0bEVENT-bfnrh\x12\x04text".to_vec() };
                let status = Status { code: 9, message: "text".to_owned(), details: vec![detail; count] };
                let details = base64::encode(&status.encode_to_vec());
                format!("grpc-status: 9\r\ngrpc-status-details-bin: {details}\r\n").into_bytes()
            },
            |block| drop(status::decode(&Metadata::new(), &Metadata::decode(block))),
        );
        criterion.final_summary();
    }
}

fn main() {
    #[cfg(not(target_arch = "wasm32"))]
    native::run();
}
