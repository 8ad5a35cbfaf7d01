//! B-01…19: more than two thousand altered, foreign, stale and confused tokens, and none of them is accepted.

use serde_json::{Value, json};

use super::*;

const NOW: i64 = 1_795_000_000_000;
const ISSUER: &str = "https://pay.example.test";

fn keys() -> SigningKeys {
    SigningKeys(vec![("k1".into(), (0..32).collect()), ("k0".into(), (32..64).collect())])
}

fn tokens() -> Tokens {
    Tokens::new(&keys(), ISSUER).unwrap()
}

fn token() -> PersonalizationToken {
    PersonalizationToken { personal_link: "plk_1".into(), payment_link: "plink_1".into(), version: 3 }
}

fn fresh() -> String {
    tokens().issue(&token(), NOW, i64::MAX).unwrap()
}

fn claims() -> Value {
    let now = NOW / 1000;
    json!({ "iss": ISSUER, "aud": "checkout", "sub": "plk_1", "lnk": "plink_1", "ver": 3,
            "iat": now, "nbf": now, "exp": now + 3600 })
}

fn header() -> Value {
    json!({ "alg": "HS256", "typ": "paylink+jwt", "kid": "k1" })
}

/// Signs whatever it is given with a real key, as an attacker who had it would.
fn sign_with(purpose: &str, secret: &[u8], header: &[u8], claims: &[u8]) -> String {
    let key = Key::derive("k1", secret, purpose).unwrap();
    let message = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
    let signature = jsonwebtoken::crypto::sign(message.as_bytes(), &key.encoding, Algorithm::HS256).unwrap();
    format!("{message}.{signature}")
}

fn sign(header: &Value, claims: &Value) -> String {
    sign_with(CHECKOUT_PURPOSE, &keys().0[0].1, header.to_string().as_bytes(), claims.to_string().as_bytes())
}

/// The valid claims with one of them replaced, or removed where `value` is none.
fn with(name: &str, value: Option<Value>) -> String {
    let mut claims = claims();
    let fields = claims.as_object_mut().unwrap();
    match value {
        Some(value) => fields.insert(name.to_owned(), value),
        None => fields.remove(name),
    };
    sign(&header(), &claims)
}

fn with_header(name: &str, value: Option<Value>) -> String {
    let mut header = header();
    let fields = header.as_object_mut().unwrap();
    match value {
        Some(value) => fields.insert(name.to_owned(), value),
        None => fields.remove(name),
    };
    sign(&header, &claims())
}

#[test]
fn a_code_is_found_in_an_address_whatever_sign_ends_the_sentence() {
    for behind in [
        ".",
        "!",
        "…",
        "...",
        "。",
        "！",
        "．",
        "؟",
        "۔",
        "।",
        "॥",
        "።",
        "։",
        "།",
        ")",
        ").",
        "»",
        "”",
        "’",
        "，",
        "、",
        "…)",
        "-",
        "。谢谢",
    ] {
        assert_eq!(code_in(&format!("Ab3dEf{behind}")), "Ab3dEf", "{behind}");
    }
    assert_eq!(code_in("kiln-rental-deposit."), "kiln-rental-deposit");
    assert_eq!(code_in("Ab3dEf"), "Ab3dEf");
    assert_eq!(code_in("."), "");
}

#[test]
fn a_fresh_token_says_whose_link_it_is_and_holds_nothing_personal() {
    let signed = fresh();
    assert_eq!(tokens().verify(&signed, NOW), Ok(token()));
    let payload = URL_SAFE_NO_PAD.decode(signed.split('.').nth(1).unwrap()).unwrap();
    let payload: Value = serde_json::from_slice(&payload).unwrap();
    let mut names: Vec<_> = payload.as_object().unwrap().keys().map(String::as_str).collect();
    names.sort_unstable();
    assert_eq!(names, ["aud", "exp", "iat", "iss", "lnk", "nbf", "sub", "ver"]);
    assert_eq!(payload["exp"].as_i64().unwrap() - payload["iat"].as_i64().unwrap(), MAX_LIFE_S);
    assert_eq!(tokens().verify(&sign(&header(), &claims()), NOW), Ok(token()), "the forging helper makes valid tokens");
}

#[test]
fn a_token_ends_with_its_personal_link() {
    let signed = tokens().issue(&token(), NOW, NOW + 60_000).unwrap();
    assert_eq!(tokens().verify(&signed, NOW + 89_000), Ok(token()), "clocks may differ by half a minute");
    assert_eq!(tokens().verify(&signed, NOW + 91_000), Err(Error::Expired));
    assert_eq!(tokens().verify(&fresh(), NOW + (MAX_LIFE_S + 31) * 1000), Err(Error::Expired));
}

#[test]
fn no_altered_foreign_stale_or_confused_token_is_accepted() {
    let signed = fresh();
    let mut cases: Vec<(String, String)> = Vec::new();
    let mut case = |name: String, token: String| cases.push((name, token));

    // Every bit of every byte, and every length.
    for at in 0..signed.len() {
        for bit in 0..8 {
            let mut bytes = signed.clone().into_bytes();
            bytes[at] ^= 1 << bit;
            case(format!("bit {bit} of byte {at}"), String::from_utf8_lossy(&bytes).into_owned());
        }
        case(format!("cut at {at}"), signed[..at].to_owned());
        case(format!("byte {at} left out"), format!("{}{}", &signed[..at], &signed[at + 1..]));
    }
    let parts: Vec<&str> = signed.split('.').collect();
    for extra in ["=", "==", "\n", " ", "\0", ".", ".x", "\u{fc}", "%00", "A", "&t=x"] {
        case(format!("{extra:?} behind"), format!("{signed}{extra}"));
        case(format!("{extra:?} before"), format!("{extra}{signed}"));
        case(format!("{extra:?} in the middle"), format!("{}.{}{extra}.{}", parts[0], parts[1], parts[2]));
    }
    case(
        "JSON serialisation".into(),
        json!({ "protected": parts[0], "payload": parts[1], "signature": parts[2] }).to_string(),
    );
    case("empty".into(), String::new());
    case("dots".into(), "..".into());
    case("no signature".into(), format!("{}.{}.", parts[0], parts[1]));
    for length in [MAX_BYTES + 1, 8_192, 1 << 20] {
        case(format!("{length} bytes"), "A".repeat(length));
        case(format!("{length} bytes of claims"), format!("{}.{}.{}", parts[0], "A".repeat(length), parts[2]));
    }

    // The header. Each of these is signed with the real key.
    let mut algs = vec![json!(null), json!(256), json!(["HS256"]), json!("")];
    algs.extend(
        ["none", "None", "nOnE", "hs256", "HS384", "HS512", "RS256", "PS256", "ES256", "EdDSA"].map(Value::from),
    );
    for alg in algs {
        case(format!("alg {alg}"), with_header("alg", Some(alg.clone())));
        let plain = json!({ "alg": alg, "typ": TYPE, "kid": "k1" }).to_string();
        let body = URL_SAFE_NO_PAD.encode(claims().to_string());
        case(format!("alg {alg}, unsigned"), format!("{}.{body}.", URL_SAFE_NO_PAD.encode(plain)));
    }
    for kid in [
        json!("../../dev/null"),
        json!("' OR 1=1--"),
        json!("k2"),
        json!("K1"),
        json!("k1\0"),
        json!("k".repeat(600)),
        json!(1),
        json!(null),
        json!(["k1"]),
    ] {
        case(format!("kid {kid}"), with_header("kid", Some(kid)));
    }
    for typ in
        [json!("JWT"), json!("at+jwt"), json!("application/paylink+jwt"), json!("PAYLINK+JWT"), json!(null), json!(7)]
    {
        case(format!("typ {typ}"), with_header("typ", Some(typ)));
    }
    for name in ["alg", "typ", "kid"] {
        case(format!("no {name}"), with_header(name, None));
    }
    for (name, value) in [
        ("jku", json!("http://127.0.0.1:9/keys")),
        ("x5u", json!("http://127.0.0.1:9/cert")),
        ("x5c", json!(["AAAA"])),
        ("jwk", json!({ "kty": "oct", "k": "AAAA" })),
        ("crit", json!(["exp"])),
        ("crit", json!([])),
        ("zip", json!("DEF")),
        ("b64", json!(false)),
        ("cty", json!("JWT")),
    ] {
        case(format!("header {name}"), with_header(name, Some(value)));
    }
    case(
        "two alg".into(),
        sign_with(
            CHECKOUT_PURPOSE,
            &keys().0[0].1,
            br#"{"alg":"HS256","alg":"HS256","typ":"paylink+jwt","kid":"k1"}"#,
            claims().to_string().as_bytes(),
        ),
    );
    case(
        "two sub".into(),
        sign_with(
            CHECKOUT_PURPOSE,
            &keys().0[0].1,
            header().to_string().as_bytes(),
            claims().to_string().replace('{', r#"{"sub":"plk_2","#).as_bytes(),
        ),
    );

    // Other keys: another secret, the empty one, the undivided one, and the purposes next door.
    for secret in [&b""[..], b"secret", &[0; 32], &keys().0[1].1] {
        case(
            format!("a key of {} bytes", secret.len()),
            sign_with(CHECKOUT_PURPOSE, secret, header().to_string().as_bytes(), claims().to_string().as_bytes()),
        );
    }
    for purpose in ["unsub/v1", "session/v1", "paylink/v2", ""] {
        case(
            format!("purpose {purpose:?}"),
            sign_with(purpose, &keys().0[0].1, header().to_string().as_bytes(), claims().to_string().as_bytes()),
        );
    }
    let undivided = EncodingKey::from_secret(&keys().0[0].1);
    let mut plain = Header::new(Algorithm::HS256);
    (plain.typ, plain.kid) = (Some(TYPE.into()), Some("k1".into()));
    case("the secret itself".into(), jsonwebtoken::encode(&plain, &claims(), &undivided).unwrap());

    // The claims, each signed with the real key.
    for name in ["iss", "aud", "sub", "lnk", "ver", "iat", "nbf", "exp"] {
        case(format!("no {name}"), with(name, None));
        for value in [json!(null), json!({}), json!([]), json!(true), json!(1e30), json!(-1e300)] {
            case(format!("{name} {value}"), with(name, Some(value)));
        }
    }
    for name in ["iss", "aud", "sub", "lnk"] {
        case(format!("{name} as a number"), with(name, Some(json!(42))));
    }
    for name in ["iss", "aud"] {
        let good = claims()[name].clone();
        case(format!("{name} in a list"), with(name, Some(json!([good]))));
        case(format!("{name} with a space"), with(name, Some(json!(format!("{} ", good.as_str().unwrap())))));
    }
    for value in ["pay", "Checkout", "dashboard"] {
        case(format!("aud {value}"), with("aud", Some(json!(value))));
    }
    for value in ["http://pay.example.test", "https://pay.example.test/", "https://evil.test"] {
        case(format!("iss {value}"), with("iss", Some(json!(value))));
    }
    let now = NOW / 1000;
    for name in ["iat", "nbf", "exp", "ver"] {
        for value in [json!("1"), json!("1e19"), json!(1.5), json!(u64::MAX), json!(format!("{now}"))] {
            case(format!("{name} {value}"), with(name, Some(value)));
        }
    }
    for value in [0, -1, i64::MIN, now - 31, now - 86_400, now + MAX_LIFE_S + 1, now + 91 * 86_400, i64::MAX] {
        case(format!("exp {value}"), with("exp", Some(json!(value))));
    }
    for value in [now + 31, now + 86_400, i64::MAX, i64::MIN, now - MAX_LIFE_S] {
        case(format!("iat {value}"), with("iat", Some(json!(value))));
    }
    for value in [now + 31, now + 86_400, i64::MAX] {
        case(format!("nbf {value}"), with("nbf", Some(json!(value))));
    }
    for (name, value) in [("email", json!("a@example.com")), ("name", json!("Marta")), ("admin", json!(true))] {
        case(format!("another claim {name}"), with(name, Some(value)));
    }
    let secret = &keys().0[0].1;
    for body in ["", "null", "[]", "7", "\"x\"", "{", "{}", "\u{feff}{}", &"[".repeat(600), &"{\"a\":".repeat(100)] {
        case(
            format!("claims {body:.20?}"),
            sign_with(CHECKOUT_PURPOSE, secret, header().to_string().as_bytes(), body.as_bytes()),
        );
        case(
            format!("header {body:.20?}"),
            sign_with(CHECKOUT_PURPOSE, secret, body.as_bytes(), claims().to_string().as_bytes()),
        );
    }

    let tokens = tokens();
    assert!(cases.len() >= 2_000, "only {} cases", cases.len());
    let accepted: Vec<_> =
        cases.iter().filter(|(_, token)| tokens.verify(token, NOW).is_ok()).map(|(name, _)| name).collect();
    assert!(accepted.is_empty(), "accepted: {accepted:?}");
}

#[test]
fn a_time_within_the_leeway_is_accepted() {
    let now = NOW / 1000;
    for (name, value) in [("exp", now - 29), ("iat", now + 29), ("nbf", now + 29)] {
        let mut claims = claims();
        claims[name] = json!(value);
        if name == "exp" {
            claims["iat"] = json!(now - 3600);
        }
        assert_eq!(tokens().verify(&sign(&header(), &claims), NOW), Ok(token()), "{name}");
    }
}

#[test]
fn keys_rotate_without_breaking_live_links() {
    let old = SigningKeys(vec![keys().0[1].clone()]);
    let before = Tokens::new(&old, ISSUER).unwrap().issue(&token(), NOW, i64::MAX).unwrap();
    assert_eq!(tokens().verify(&before, NOW), Ok(token()), "the older key still verifies");
    let after = fresh();
    assert!(
        URL_SAFE_NO_PAD.decode(after.split('.').next().unwrap()).unwrap().windows(2).any(|two| two == b"k1"),
        "the first key signs"
    );
    assert_eq!(Tokens::new(&old, ISSUER).unwrap().verify(&after, NOW), Err(Error::Refused));
    assert_eq!(Tokens::new(&keys(), "https://elsewhere.test").unwrap().verify(&after, NOW), Err(Error::Refused));
}

#[test]
fn unusable_signing_keys_are_named_in_one_line() {
    let good = STANDARD.encode((0..32).collect::<Vec<u8>>());
    assert_eq!(SigningKeys::parse(&format!("a:{good}, b:{good}")).unwrap().0.len(), 2);
    let short = STANDARD.encode([1, 2, 3]);
    let sample = STANDARD.encode([0; 32]);
    for list in [
        String::new(),
        good.clone(),
        format!(":{good}"),
        format!("a b:{good}"),
        format!("a:{good},a:{good}"),
        "a:%%".into(),
        format!("a:{short}"),
        format!("a:{sample}"),
    ] {
        let error = SigningKeys::parse(&list).unwrap_err().to_string();
        assert!(!error.contains('\n') && !error.contains(&good), "{error}");
    }
}

#[test]
fn the_first_start_makes_keys_that_only_their_owner_can_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("signing-keys");
    let made = SigningKeys::load_or_create(&path).unwrap();
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left beside it");
    std::fs::set_permissions(&path, PermissionsExt::from_mode(0o644)).unwrap();
    let read = SigningKeys::load_or_create(&path).unwrap();
    assert_eq!(made.0, read.0);
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(!format!("{read:?}").contains(&STANDARD.encode(&read.0[0].1)));
    assert!(SigningKeys::load_or_create(&folder.path().join("nowhere/keys")).is_err());
}

#[test]
fn random_codes_are_base62_and_do_not_repeat() {
    let codes: HashSet<_> = (0..2_000).map(|_| random_code(16)).collect();
    assert_eq!(codes.len(), 2_000);
    assert!(codes.iter().all(|code| code.len() == 16 && code.bytes().all(|byte| byte.is_ascii_alphanumeric())));
}
