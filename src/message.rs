//! Messages: from protobuf's bytes to the plain values of the public contract.
//!
//! What a message holds is told by a table, which the build writes from `proto/`; one reader serves all messages.
//! Sources: protobuf "Encoding" and "ProtoJSON Format".

use crate::{date, json, json::Json, wire};

/// A field of a message.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// Its number on the wire.
    pub number: u32,
    /// Its name in JSON.
    pub name: &'static str,
    /// What it holds.
    pub kind: Kind,
}

/// What a field holds.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// A string; written also if it is empty.
    String,
    /// A uint64, as a string in decimal: a JavaScript number is not exact beyond 2^53.
    Uint64,
    /// An enum by its values' names, in the order of their numbers from 0; an unknown number stays one.
    Enum(&'static [&'static str]),
    /// A message; left out if there is none.
    Message(&'static [Field]),
    /// A `google.protobuf.Timestamp` as a date; left out if there is none.
    Timestamp,
}

/// Writes the message that these bytes are as JSON; `None` if they are not one.
///
/// ```
/// use zitadel_org_web::{message, proto::REACTIVATE_ORG_RESPONSE};
///
/// let json = message::from_proto(REACTIVATE_ORG_RESPONSE, b"\x0a\x07\x08\x07\x22\x03org").unwrap();
/// assert_eq!(json, br#"{"details":{"sequence":"7","resourceOwner":"org"}}"#);
/// ```
#[must_use]
pub fn from_proto(fields: &[Field], message: &[u8]) -> Option<Json> {
    wire::check(message)?;
    let mut out = Json::new();
    write_proto(&mut out, fields, message)?;
    Some(out)
}

fn write_proto(out: &mut Json, fields: &[Field], message: &[u8]) -> Option<()> {
    out.push(b'{');
    for field in fields {
        match field.kind {
            Kind::String => {
                write_name(out, field);
                json::write_string(out, wire::text(message, field.number)?);
            }
            Kind::Uint64 => {
                write_name(out, field);
                out.push(b'"');
                json::write_number(out, wire::varint(message, field.number)?);
                out.push(b'"');
            }
            Kind::Enum(names) => {
                write_name(out, field);
                write_enum(out, names, wire::int32(message, field.number)?);
            }
            Kind::Message(fields) => {
                if let Some(bytes) = wire::message(message, field.number)? {
                    write_name(out, field);
                    write_proto(out, fields, &bytes)?;
                }
            }
            Kind::Timestamp => {
                if let Some(bytes) = wire::message(message, field.number)? {
                    write_name(out, field);
                    out.push(b'"');
                    date::write(out, wire::varint(&bytes, 1)?.cast_signed(), wire::int32(&bytes, 2)?)?;
                    out.push(b'"');
                }
            }
        }
    }
    out.push(b'}');
    Some(())
}

fn write_name(out: &mut Json, field: &Field) {
    json::write_name(out, field.name.as_bytes());
}

fn write_enum(out: &mut Json, names: &[&str], number: i32) {
    match usize::try_from(number).ok().and_then(|index| names.get(index)) {
        Some(name) => json::write_string(out, name.as_bytes()),
        None => {
            if number < 0 {
                out.push(b'-');
            }
            json::write_number(out, u64::from(number.unsigned_abs()));
        }
    }
}

#[cfg(test)]
mod tests {
    use prost::Message as _;
    use prost_types::Timestamp;
    use serde_json::{Value, json};

    use super::from_proto;
    use crate::proto::{
        GET_MY_ORG_RESPONSE, REACTIVATE_ORG_RESPONSE,
        zitadel::{
            management::v1::{GetMyOrgResponse, ReactivateOrgResponse},
            org::v1::Org,
            v1::ObjectDetails,
        },
    };

    fn details(details: ObjectDetails) -> Option<Value> {
        let message = ReactivateOrgResponse { details: Some(details) }.encode_to_vec();
        from_proto(REACTIVATE_ORG_RESPONSE, &message).map(|json| serde_json::from_slice(&json).unwrap())
    }

    fn org(org: Org) -> Value {
        let message = GetMyOrgResponse { org: Some(org) }.encode_to_vec();
        serde_json::from_slice(&from_proto(GET_MY_ORG_RESPONSE, &message).unwrap()).unwrap()
    }

    #[test]
    fn a_message_is_its_json_with_all_plain_fields_and_the_messages_that_are_there() {
        let date = |seconds| Some(Timestamp { seconds, nanos: 500_000_000 });
        let all = ObjectDetails {
            sequence: 7,
            creation_date: date(0),
            change_date: date(60),
            resource_owner: "\"1\"".to_owned(),
        };
        let expected = json!({
            "sequence": "7",
            "creationDate": "1970-01-01T00:00:00.500Z",
            "changeDate": "1970-01-01T00:01:00.500Z",
            "resourceOwner": "\"1\"",
        });
        assert_eq!(details(all.clone()).unwrap(), json!({ "details": expected }));
        assert_eq!(
            details(ObjectDetails::default()).unwrap(),
            json!({ "details": { "sequence": "0", "resourceOwner": "" } })
        );
        let org = org(Org { id: "1".to_owned(), details: Some(all), state: 1, name: "A".to_owned(), ..Org::default() });
        let fields =
            json!({ "id": "1", "details": expected, "state": "ORG_STATE_ACTIVE", "name": "A", "primaryDomain": "" });
        assert_eq!(org, json!({ "org": fields }));
        assert_eq!(from_proto(GET_MY_ORG_RESPONSE, b"").unwrap(), b"{}");
    }

    #[test]
    fn a_sequence_is_exact_up_to_the_last_uint64() {
        let details = details(ObjectDetails { sequence: u64::MAX, ..ObjectDetails::default() }).unwrap();
        assert_eq!(details["details"]["sequence"], "18446744073709551615");
    }

    #[test]
    fn a_state_has_its_name_and_an_unknown_one_its_number() {
        let state = |state| org(Org { state, ..Org::default() })["org"]["state"].clone();
        assert_eq!(state(0), "ORG_STATE_UNSPECIFIED");
        assert_eq!(state(2), "ORG_STATE_INACTIVE");
        assert_eq!(state(4), 4);
        assert_eq!(state(-1), -1);
        assert_eq!(state(i32::MIN), i32::MIN);
    }

    #[test]
    fn a_date_out_of_range_is_no_message() {
        let date =
            |seconds| ObjectDetails { change_date: Some(Timestamp { seconds, nanos: 0 }), ..ObjectDetails::default() };
        assert_eq!(details(date(i64::MAX)), None);
        assert!(details(date(0)).is_some());
    }

    #[test]
    fn the_last_value_counts_and_messages_in_pieces_are_merged() {
        let twice = b"\x0a\x02\x08\x07\x0a\x07\x08\x08\x22\x03org";
        let expected = br#"{"details":{"sequence":"8","resourceOwner":"org"}}"#;
        assert_eq!(from_proto(REACTIVATE_ORG_RESPONSE, twice).unwrap(), expected);
    }

    #[test]
    fn bytes_that_are_no_message_are_none() {
        for broken in [
            &b"\x0a"[..],
            b"\x0a\x7f",
            b"\x08\x01",
            b"\x0a\x03\x22\x01\xff",
            b"\x0b",
            b"\x00",
            b"\xff\xff\xff\xff\xff\xff",
        ] {
            assert_eq!(from_proto(REACTIVATE_ORG_RESPONSE, broken), None, "{broken:?}");
        }
    }
}
