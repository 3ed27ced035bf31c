import FoundationEssentials
import SystemPackage
import TestSupport

/// The guides, and what they quote.
enum GuideFiles {
    static let repository = FilePath(#filePath).removingLastComponent().removingLastComponent().removingLastComponent()
    /// Where the pages of `larder` are; the guides are below.
    static let pages = repository.pushing("Sources/larder/larder.docc")

    /// The guides' names with `.md`.
    static let names: [String] =
        ((try? FileManager.default.contentsOfDirectory(atPath: pages.appending("Guides").string)) ?? [])
        .filter { $0.hasSuffix(".md") }.sorted()

    static func guide(_ name: String) throws -> Guide {
        try Guide(name: name, text(of: pages.appending("Guides").appending(name)))
    }

    /// The pages of all targets with commands, by their paths in the repository.
    static let executed: [String] = {
        let found = try? shell("cd '\(repository)'; grep -rlx --include='*.md' '```sh' Sources | sort")
        return String(decoding: found ?? [], as: UTF8.self).split(separator: "\n").map(String.init)
    }()

    static func text(of path: FilePath) throws -> String {
        String(decoding: try Data(contentsOf: URL(filePath: path.string)), as: UTF8.self)
    }

    /// Whether `deploy/peers` has installed a program.
    static func hasPeer(_ program: String) -> Bool {
        let directory = ProcessInfo.processInfo.environment["LARDER_PEERS_DIR"] ?? "/var/cache/larder-peers"
        let root = FileManager.default.fileExists(atPath: "\(directory)/root/usr") ? "\(directory)/root" : ""
        return ["bin", "sbin"].contains { FileManager.default.isExecutableFile(atPath: "\(root)/usr/\($0)/\(program)") }
    }
}
