import Chunking
import Dockerfile
import FoundationEssentials
import OCI
import SystemPackage
import TestSupport
import Testing

@testable import Build

@Suite struct ImageCompositionTests {
    private struct Silence: BuildEventSink {
        func take(_ event: BuildEvent) {}
    }

    /// Prepares a build with nobody to ask; the context has a file `f`.
    private func prepare(_ dockerfile: String, in directory: FilePath) async throws -> PreparedBuild {
        try Data(dockerfile.utf8).write(to: URL(filePath: directory.appending("Dockerfile").string))
        try Data("f".utf8).write(to: URL(filePath: directory.appending("f").string))
        let progress = ProgressLog(Silence())
        let state = try StateDirectory(directory.appending("state"))
        let remotes = RemoteSources(
            ServerLink(nil, progress).network, RemoteLogins(secrets: [:]), in: state.newWorkspace(), fetches: false)
        let prepared = try await PreparedBuild.make(
            BuildRequest(context: directory, stateDirectory: directory.appending("state")), images: UnresolvedImages(),
            remotes: remotes, state: state, progress: progress)
        await remotes.remove()
        return prepared
    }

    /// The record of the last step arrived before those of steps below it, as it may when another runner sends them at the same
    /// time: which lines have a layer is not known then, but the WORKDIR of a directory that is there has none.
    @Test func aRecordBeforeThoseBelowItDoesNotGiveLayersToWorkdir() async throws {
        try await withTemporaryDirectory { directory in
            let prepared = try await prepare(
                "FROM debian\nWORKDIR /in\nCOPY f /in/\nWORKDIR /in\nRUN true\n", in: directory)
            let base = try #require(prepared.bases[0]).chain
            let chain = base + ["workdir", "copy", "run"].map { Digest(hashing: Array($0.utf8)) }
            let log = StepLog()
            log[0] = StepLog.Entry(verdict: .hit, chain: Array(chain[..<2]))
            log[3] = StepLog.Entry(verdict: .hit, chain: chain)
            let composition = ImageComposition(
                prepared: prepared, log: log, target: 0, chain: chain, platform: try Platform("linux/amd64"), epoch: nil
            )
            let history = try #require(composition.configuration().history)
            #expect(history.map { $0.emptyLayer ?? false } == [false, false, false, true, false])
        }
    }
}
