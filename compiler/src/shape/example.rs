//! A value that a parameter takes, as near as can be to one that it does not take.

use super::typed::suggested;
use crate::schema::{Param, Ty};
use crate::value::Millis;
use crate::version::Version;

/// Help that may be followed as it stands; `typed` is what was written, without its quotes.
pub(super) fn help(param: &Param, typed: &str) -> String {
    match param.ty {
        Ty::Span => span(typed),
        Ty::Version => version(typed),
        Ty::Versions => "write it like \"24.3.x\"".to_owned(),
        Ty::Mode => mode(typed),
        Ty::Name => format!("write \"{}\"", suggested(typed)),
        Ty::OneOf(_) => format!("it is {}", param.ty.name()),
        Ty::Count => count(typed),
        Ty::Truth => "write #true or #false".to_owned(),
        Ty::Selector => "write it like \"tier=prod,region in (eu)\"".to_owned(),
        _ if typed.is_empty() || typed.starts_with('#') => format!("write a text in quotes: {}", param.text),
        _ => format!("quote it: \"{typed}\""),
    }
}

fn span(typed: &str) -> String {
    if !typed.is_empty()
        && typed.bytes().all(|byte| byte.is_ascii_digit())
        && Millis::parse(&format!("{typed}d")).is_some()
    {
        return format!("say its unit: \"{typed}s\", \"{typed}m\" or \"{typed}h\"");
    }
    match meant_span(typed) {
        Some(meant) => format!("write \"{meant}\""),
        None => "numbers with units, without blanks: \"30s\" or \"1h30m\"".to_owned(),
    }
}

/// `1h 30m`, `5min`, `2 hours`, `1.5h`: what people write elsewhere.
fn meant_span(typed: &str) -> Option<Millis> {
    const UNITS: [(&str, &str); 12] = [
        ("days", "d"),
        ("day", "d"),
        ("hours", "h"),
        ("hour", "h"),
        ("hrs", "h"),
        ("hr", "h"),
        ("minutes", "m"),
        ("minute", "m"),
        ("mins", "m"),
        ("min", "m"),
        ("seconds", "s"),
        ("second", "s"),
    ];
    let close: String = typed.to_lowercase().split_whitespace().collect();
    let short = UNITS.iter().fold(close, |text, (long, short)| text.replace(long, short)).replace("secs", "s");
    Millis::parse(&short.replace("sec", "s")).or_else(|| fraction(&short))
}

/// `1.5h`
fn fraction(typed: &str) -> Option<Millis> {
    let (whole, rest) = typed.split_once('.')?;
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let (tenths, unit) = rest.split_at_checked(digits)?;
    let unit = Millis::parse(&format!("1{unit}"))?.0;
    let (scale, tenths) = (10_u64.checked_pow(u32::try_from(digits).ok()?)?, tenths.parse::<u64>().ok()?);
    let whole = whole.parse::<u64>().ok()?.checked_mul(unit)?;
    whole.checked_add(unit.checked_mul(tenths)? / scale).map(Millis)
}

fn version(typed: &str) -> String {
    match Version::parse(typed.trim_start_matches(['v', 'V'])) {
        Some(version) => format!("write \"{version}\""),
        None => "write it like \"1.10.0\"".to_owned(),
    }
}

fn mode(typed: &str) -> String {
    let is_octal = (3..=4).contains(&typed.len()) && typed.bytes().all(|byte| (b'0'..=b'7').contains(&byte));
    if is_octal {
        return format!("quote it: \"{typed}\"");
    }
    match letters(typed) {
        Some(bits) => format!("write \"{bits:04o}\""),
        None => "four octal digits: \"0644\", or \"0755\" for what is executed".to_owned(),
    }
}

/// `rw-r--r--`, as `ls` shows it.
fn letters(typed: &str) -> Option<u32> {
    let typed = if typed.len() == 10 { typed.get(1..)? } else { typed };
    if typed.len() != 9 {
        return None;
    }
    typed.bytes().zip("rwxrwxrwx".bytes()).try_fold(0, |bits, (letter, wanted)| match letter {
        b'-' => Some(bits << 1),
        letter if letter == wanted => Some(bits << 1 | 1),
        _ => None,
    })
}

fn count(typed: &str) -> String {
    match typed.trim().trim_start_matches(['+', '-']).parse::<u64>() {
        Ok(number) => format!("write {number}, without quotes and without a sign"),
        Err(_) => "write a number without quotes and without a sign: 3".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proposed(ty: Ty, typed: &str) -> String {
        help(&Param::one("x", ty, "what it is"), typed)
    }

    #[test]
    fn a_span_of_time_gets_its_unit() {
        assert_eq!(proposed(Ty::Span, "30"), "say its unit: \"30s\", \"30m\" or \"30h\"");
        for (typed, meant) in
            [("1h 30m", "1h30m"), ("5min", "5m"), ("2 Hours", "2h"), ("1.5h", "1h30m"), ("90sec", "1m30s")]
        {
            assert_eq!(proposed(Ty::Span, typed), format!("write \"{meant}\""), "{typed}");
        }
        for typed in ["soon", "", "1.h", "99999999999999999999", "-5s"] {
            assert!(proposed(Ty::Span, typed).ends_with("\"30s\" or \"1h30m\""), "{typed}");
        }
    }

    #[test]
    fn other_types_get_what_they_take() {
        assert_eq!(proposed(Ty::Version, "v1.2"), "write \"1.2\"");
        assert_eq!(proposed(Ty::Version, "new"), "write it like \"1.10.0\"");
        assert_eq!(proposed(Ty::Mode, "644"), "quote it: \"644\"");
        assert_eq!(proposed(Ty::Mode, "rw-r--r--"), "write \"0644\"");
        assert_eq!(proposed(Ty::Mode, "9"), "four octal digits: \"0644\", or \"0755\" for what is executed");
        assert_eq!(proposed(Ty::Count, "-3"), "write 3, without quotes and without a sign");
        assert_eq!(proposed(Ty::Name, "5"), "write \"a-name\"");
        assert_eq!(proposed(Ty::TargetPath, "5"), "quote it: \"5\"");
        assert_eq!(proposed(Ty::Text, "#true"), "write a text in quotes: what it is");
    }
}
