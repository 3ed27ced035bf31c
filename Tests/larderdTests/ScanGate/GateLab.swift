import FoundationEssentials
import NIOHTTP1
import OCI
import Synchronization
import SystemPackage
import TestSupport

@testable import larderd

/// A server whose images a script judges.
struct GateLab: Sendable {
    let client: TestClient
    let settings: Settings
    let directory: FilePath

    /// Lends one. In `script`, `$1` is the directory with the image, and `$PLACE` a directory that stays.
    static func run(
        _ script: String, more: String = "", webhooks: FilePath? = nil,
        _ body: @escaping @Sendable (GateLab) async throws -> Void
    ) async throws {
        try await withTemporaryDirectory { directory in
            try write(script, more: more, in: directory)
            try await serve(directory, webhooks: webhooks, body)
        }
    }

    /// Serves what is in `directory` already.
    static func serve(
        _ directory: FilePath, webhooks: FilePath? = nil, diskReserve: UInt64? = nil,
        _ body: @escaping @Sendable (GateLab) async throws -> Void
    ) async throws {
        var settings = Settings(root: directory.appending("root"), port: 0)
        settings.storeThreads = 4
        settings.scanGate = directory.appending("gate.json")
        settings.webhooks = webhooks
        settings.diskReserve = diskReserve
        try await LarderServer.withRunning(settings, logger: .silent) { [settings] port in
            try await body(GateLab(client: TestClient(port: port), settings: settings, directory: directory))
        }
    }

    static func write(_ script: String, more: String = "", in directory: FilePath) throws {
        let program = directory.appending("judge").string
        let text = "#!/bin/sh\nPLACE='\(directory)'\necho >>$PLACE/calls\n\(script)\n"
        try? FileManager.default.removeItem(atPath: program)
        try Data(text.utf8).write(to: URL(filePath: program))
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: program)
        let rules = "{\"command\": [\"\(program)\", \"{layout}\"]\(more)}"
        try Data(rules.utf8).write(to: URL(filePath: directory.appending("gate.json").string))
    }

    static let pass = #"echo '{"verdict": "pass", "scanner": "script 1", "findings": {"low": 3}}'"#
    static let refuse = #"echo '{"verdict": "refuse", "reason": "CVE-2026-1 in libold", "findings": {"critical": 1}}'"#

    /// How often the script was run.
    var calls: Int {
        FileManager.default.contents(atPath: directory.appending("calls").string)?.count ?? 0
    }

    /// Pushes an image, and gives the answer to its manifest and its digest.
    func push(_ tag: String, seed: UInt64 = 1) async throws -> (answer: TestClient.Answer, digest: String) {
        let image = try SampleImage(layers: [SampleImage.layer(["a"], bytesEach: 100, seed: seed)])
        for blob in image.blobs + [image.config] { _ = try await client.push(blob, to: "shop/api") }
        return (
            try await client.put(image.manifest, to: "shop/api", as: tag),
            "\(OCIDigest(.sha256, hashing: image.manifest))"
        )
    }

    /// Where a tag points; `nil` for none.
    func tagged(_ tag: String) async throws -> String? {
        try await client.get("/v2/shop/api/manifests/\(tag)").headers.first(name: "docker-content-digest")
    }

    /// Waits until a tag is set; `nil` when it never is.
    func awaitTag(_ tag: String) async throws -> String? {
        var digest: String?
        _ = try await eventually {
            digest = try await tagged(tag)
            return digest != nil
        }
        return digest
    }

    func quarantine() async throws -> [QuarantineEntry] {
        try await RootAccess(existing: settings.root).ask(QuarantineRoutes.Path.quarantine, timeout: 10)
    }

    /// Does what `larderd quarantine release` and `refuse` do.
    func decide(_ verdict: ScanVerdict.Result, _ digest: String) async throws -> [QuarantineEntry] {
        let entry = try await quarantine().first { $0.key.digest == digest }
        guard let entry else { throw UnexpectedAnswer(status: 404, text: "\(digest) is not in quarantine") }
        let order = QuarantineOrder(key: entry.key, verdict: verdict, reason: "looked at")
        return try await RootAccess(existing: settings.root).perform(
            .POST, QuarantineRoutes.Path.decide,
            content: String(decoding: try JSONEncoder().encode(order), as: UTF8.self)
        ) { _ in throw CancellationError() }
    }

    func touch(_ name: String) throws {
        try Data().write(to: URL(filePath: directory.appending(name).string))
    }
}
