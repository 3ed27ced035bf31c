internal import CacheAPI
internal import Chunking

/// What is said of a build when it is over, in one line.
public struct BuildSummary: Sendable {
    /// How it ended.
    public var outcome: BuildOutcome
    /// Body bytes from servers.
    public var down: Int
    /// Body bytes to servers.
    public var up: Int
    /// The names under which the server has the image, with its host.
    public var names: [String]

    /// Makes a summary.
    public init(_ outcome: BuildOutcome, down: Int, up: Int, names: [String]) {
        self.outcome = outcome
        self.down = down
        self.up = up
        self.names = names
    }

    /// As in `11 steps: 9 hit, 2 run · 4.2 s (saved 38.1 s) · 1.2 MB down, 0.3 MB up · sha256:1f… → host/shop/api:2`.
    public var line: String {
        let total = outcome.steps.count
        let saved = outcome.savedSeconds > 0 ? " (saved \(ByteText.fixed(outcome.savedSeconds, 1)) s)" : ""
        var parts = [
            "\(total) \(total == 1 ? "step" : "steps"): \(outcome.hitCount) hit, \(outcome.runCount) run",
            "\(ByteText.fixed(outcome.seconds, 1)) s\(saved)",
            "\(ByteText.megabytes(down)) down, \(ByteText.megabytes(up)) up",
        ]
        if outcome.error != nil {
            parts.insert("failed", at: 0)
        } else if let image = outcome.image {
            parts.append(image.digest.shown + (names.isEmpty ? "" : " → " + names.joined(separator: ", ")))
        } else if !outcome.configs.isEmpty {
            parts.append("\(outcome.configs.map(\.shown).joined(separator: ", ")), not on a server")
        }
        return parts.joined(separator: " · ")
    }
}

extension Digest {
    /// The digest for people.
    fileprivate var shown: String { "sha256:" + short }
}
