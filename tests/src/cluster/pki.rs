//! The certificates of a cluster: an authority, the server's, the administrator's, and the key of service accounts; and
//! one of the server's from an authority that nobody trusts.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair, KeyUsagePurpose, SanType,
};
use std::error::Error;
use std::fs;
use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;

/// What a kubeconfig says of it, in base64.
pub(super) struct Authority {
    pub(super) certificate: String,
    pub(super) admin_certificate: String,
    pub(super) admin_key: String,
}

/// Writes what servers need into a folder.
pub(super) fn write(folder: &Path) -> Result<Authority, String> {
    made(folder).map_err(|error| format!("the certificates can't be made: {error}"))
}

fn made(folder: &Path) -> Result<Authority, Box<dyn Error>> {
    fs::create_dir_all(folder)?;
    let authority = authority()?;
    fs::write(folder.join("ca.crt"), authority.pem())?;
    written(folder, "server", &signed(&server()?, &authority)?)?;
    written(folder, "foreign", &signed(&server()?, &self::authority()?)?)?;
    let accounts = KeyPair::generate()?;
    fs::write(folder.join("accounts.key"), accounts.serialize_pem())?;
    fs::write(folder.join("accounts.pub"), accounts.public_key_pem())?;
    let (admin_certificate, admin_key) = signed(&administrator(), &authority)?;
    Ok(Authority {
        certificate: STANDARD.encode(authority.pem()),
        admin_certificate: STANDARD.encode(admin_certificate),
        admin_key: STANDARD.encode(admin_key),
    })
}

fn authority() -> Result<CertifiedIssuer<'static, KeyPair>, rcgen::Error> {
    let mut params = named("switchback test authority");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::DigitalSignature];
    CertifiedIssuer::self_signed(params, KeyPair::generate()?)
}

fn server() -> Result<CertificateParams, rcgen::Error> {
    let mut params = named("kube-apiserver");
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.subject_alt_names = vec![
        SanType::IpAddress(IpAddr::V4(Ipv4Addr::LOCALHOST)),
        // The first address of the service network is the API server's own.
        SanType::IpAddress(IpAddr::V4(Ipv4Addr::new(10, 0, 0, 1))),
        SanType::DnsName("localhost".try_into()?),
        SanType::DnsName("kubernetes.default.svc".try_into()?),
    ];
    Ok(params)
}

fn administrator() -> CertificateParams {
    let mut params = named("admin");
    params.distinguished_name.push(DnType::OrganizationName, "system:masters");
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    params
}

fn named(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    params
}

/// A certificate and its key, as PEM.
fn signed(
    params: &CertificateParams,
    authority: &CertifiedIssuer<'_, KeyPair>,
) -> Result<(String, String), rcgen::Error> {
    let key = KeyPair::generate()?;
    Ok((params.signed_by(&key, authority)?.pem(), key.serialize_pem()))
}

fn written(folder: &Path, name: &str, (certificate, key): &(String, String)) -> std::io::Result<()> {
    fs::write(folder.join(format!("{name}.crt")), certificate)?;
    fs::write(folder.join(format!("{name}.key")), key)
}
