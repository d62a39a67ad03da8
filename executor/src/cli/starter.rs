//! The files of a new project: those of `examples/quickstart`, so that what people start from is what is tested.

/// Path and text of each.
pub(super) const FILES: &[(&str, &str)] = &[
    ("files/portal.conf.hbs", include_str!("../../../examples/quickstart/files/portal.conf.hbs")),
    ("files/store/flags.json", include_str!("../../../examples/quickstart/files/store/flags.json")),
    ("files/www/index.html.hbs", include_str!("../../../examples/quickstart/files/www/index.html.hbs")),
    ("files/www/release.txt.hbs", include_str!("../../../examples/quickstart/files/www/release.txt.hbs")),
    ("files/www/status.html", include_str!("../../../examples/quickstart/files/www/status.html")),
    ("files/www/style.css", include_str!("../../../examples/quickstart/files/www/style.css")),
    ("platform-1.0.0/etc/portal.conf", include_str!("../../../examples/quickstart/platform-1.0.0/etc/portal.conf")),
    ("platform-1.0.0/store/flags.json", include_str!("../../../examples/quickstart/platform-1.0.0/store/flags.json")),
    ("platform-1.0.0/store/legacy.conf", include_str!("../../../examples/quickstart/platform-1.0.0/store/legacy.conf")),
    ("platform-1.0.0/store/release", include_str!("../../../examples/quickstart/platform-1.0.0/store/release")),
    (
        "platform-1.0.0/store/settings.conf",
        include_str!("../../../examples/quickstart/platform-1.0.0/store/settings.conf"),
    ),
    ("platform-1.0.0/www/index.html", include_str!("../../../examples/quickstart/platform-1.0.0/www/index.html")),
    ("platform-1.0.0/www/news.html", include_str!("../../../examples/quickstart/platform-1.0.0/www/news.html")),
    ("platform-1.0.0/www/release.txt", include_str!("../../../examples/quickstart/platform-1.0.0/www/release.txt")),
    ("platform-1.0.0/www/style.css", include_str!("../../../examples/quickstart/platform-1.0.0/www/style.css")),
    ("platform.lib.kdl", include_str!("../../../examples/quickstart/platform.lib.kdl")),
    ("rollback.plan.kdl", include_str!("../../../examples/quickstart/rollback.plan.kdl")),
    ("switchback.kdl", include_str!("../../../examples/quickstart/switchback.kdl")),
    ("upgrade.plan.kdl", include_str!("../../../examples/quickstart/upgrade.plan.kdl")),
];
