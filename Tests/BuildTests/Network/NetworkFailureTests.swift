import NIOCore
import NIOPosix
import SystemPackage
import TestSupport
import Testing

@testable import Build

@Suite("What is told of a network, and of a disk, that fails")
struct NetworkFailureTests {
    @Test("has no names of functions in it")
    func systemCalls() {
        let error = IOError(errnoCode: Errno.connectionReset.rawValue, reason: "read(descriptor:pointer:size:)")
        #expect(NetworkFailure.words(for: error) == "connection reset by peer")
    }

    @Test("says which name has no address")
    func unknownHost() async {
        // Longer than a name in DNS may be, so nobody is asked.
        let name = String(repeating: "x", count: 70)
        let error = await #expect(throws: NIOConnectionError.self) {
            _ = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
                .connect(host: name, port: 1).get()
        }
        #expect(error.map { NetworkFailure.words(for: $0) } == "there is no address for the name '\(name)'")
    }

    @Test("says where there is no room, and what makes some", .enabled(if: LayerTools.isRoot, "only root can mount"))
    func fullDisk() throws {
        let directory = try TemporaryDirectory()
        _ = try shell("mkdir full && mount -t tmpfs -o size=64k tmpfs full", in: directory)
        defer { _ = try? shell("umount full", in: directory) }
        let place = FilePath(directory.path).appending("full")
        let file = try OpenFile(unlinkedIn: place)
        let bytes = [UInt8](repeating: 1, count: 1 << 20)
        let error = #expect(throws: BuildError.self) { try unsafe file.write(bytes.span.bytes, at: 0) }
        let text = error?.description ?? ""
        #expect(text.contains("\(place)") && text.contains("larder prune") && text.contains("--state-dir"), "\(text)")
    }
}
