import ArgumentParser

/// `larderd`: serves a root, or reports on one.
struct LarderdCommand: AsyncParsableCommand {
    /// The version of this program.
    static let version = "0.1.0"

    static let configuration = CommandConfiguration(
        commandName: "larderd",
        abstract: "Keeps container build layers for builds that start on an empty disk.",
        discussion: """
            Without a subcommand, larderd serves.

            \(settingsHelp)

            EXAMPLES:
              larderd --root /var/lib/larder
              larderd --root /srv/larder --listen 0.0.0.0:7070 --tls-cert tls.crt --tls-key tls.key
              LARDER_ROOT=/srv/larder larderd --config /etc/larder/larderd.json
              larderd stats --root /var/lib/larder --json
              larderd maintain --root /var/lib/larder
              larderd fsck --root /var/lib/larder
              larderd backup --root /var/lib/larder /backup/larder-monday
              larderd token create --root /var/lib/larder --project shop --scope main --allow read,write
              source <(larderd completion bash)

            EXIT STATUS:
              0    done; of a server, that it was stopped (SIGTERM, SIGINT)
              1    what was to be done failed; of fsck, that something is wrong with the root
              64   the command line is wrong, or a setting
            """,
        version: version,
        subcommands: [
            ServeCommand.self, StatsCommand.self, MaintainCommand.self, EvictCommand.self, FsckCommand.self,
            BackupCommand.self, HealthCommand.self, TokenCommand.self, WebhooksCommand.self, QuarantineCommand.self,
            CompletionCommand.self,
        ],
        defaultSubcommand: ServeCommand.self)

    /// All settings with their names in every place and their defaults.
    static var settingsHelp: String {
        var lines = [
            "SETTINGS: a flag goes before the environment variable, and that before the key",
            "in the file of --config, one JSON object: { \"logLevel\": \"debug\" }.",
        ]
        for setting in Setting.allCases {
            lines.append("  \(setting.flag) \(setting.form)")
            lines.append("      \(setting.summary);")
            let fallback = setting.defaultText.map { "default \($0)" } ?? "required"
            lines.append("      \(fallback); \(setting.variable); \(setting.key)")
        }
        lines.append("  --config FILE")
        lines.append("      A file with settings;")
        lines.append("      default none; LARDER_CONFIG")
        return lines.joined(separator: "\n")
    }
}
