import ChunkStore
import FoundationEssentials
import Logging
import NIOHTTP1
import SystemPackage
import TestSupport
import Testing

@testable import larderd

@Suite("A copy of a root", .timeLimit(.minutes(5)))
struct RootCopyTests {
    @Test("has the key that records are signed with and the images that are held, whether a server runs or not")
    func companions() async throws {
        try await withTemporaryDirectory { directory in
            try GateLab.write(GateLab.refuse, in: directory)
            let names = ["signing-key.pem", "signing-key.pub", "quarantine.json"]
            let targets = ["first", "second"].map { directory.appending($0) }
            try await GateLab.serve(directory) { lab in
                #expect(try await lab.push("1").answer.status == 403)
                let _: BackupReport = try await RootAccess(existing: lab.settings.root).perform(
                    .POST, "/backup", content: targets[0].string, timeout: 60
                ) { _ in throw CancellationError() }
            }
            let root = directory.appending("root")
            let store = try Store(opening: root, options: Store.Options(), logger: .silent)
            defer { store.close() }
            _ = try RootCopy.make(of: root, store, TokenBook(of: root), to: targets[1]) {
                try BuildHistory.copy(of: root, to: $0)
            }
            for (target, name) in targets.flatMap({ target in names.map { (target, $0) } }) {
                let (old, new) = (root.appending(name).string, target.appending(name).string)
                let bytes = [old, new].map { FileManager.default.contents(atPath: $0) }
                #expect(bytes[0] != nil && bytes[0] == bytes[1], "\(new)")
                let mode = try FileManager.default.attributesOfItem(atPath: new)[.posixPermissions] as? Int
                #expect(mode == 0o600, "\(new)")
            }
        }
    }
}
