import CacheAPI
import ChunkStore
import Chunking
import SystemPackage
import TestSupport
import Testing

@testable import larderd

@Suite("A refused request made the project it named")
struct RefusedRequestMadeProjectTests {
    @Test("Frames, layers and steps that are refused leave no project behind")
    func refused() async throws {
        try await withTemporaryDirectory { directory in
            var settings = Settings(root: directory.appending("root"))
            settings.listen.port = 0
            let layer = try SampleLayer([.init(path: "a", content: randomBytes(1_000, seed: 1))])
            try await LarderServer.withRunning(settings, logger: .silent) { port in
                let client = TestClient(port: port)
                for (name, status) in [("frames", 422), ("layers", 409), ("steps", 409)] as [(String, UInt)] {
                    let project = try #require(ProjectName(name))
                    let answer =
                        switch name {
                        case "frames": try await client.post(CachePath.frames(project), randomBytes(500, seed: 2))
                        case "layers":
                            try await client.put(CachePath.layer(project, layer.diffID), layer.recipe.encoded())
                        default: try await client.post(CachePath.steps(project), json: record(layer.diffID))
                        }
                    #expect(answer.status == status, "\(name): \(answer.text)")
                }
                let empty = try #require(ProjectName("empty"))
                #expect(try await client.post(CachePath.frames(empty), []).status == 204)
            }
            let store = try Store(opening: settings.root, logger: .silent)
            #expect(try store.projects().map(\.name) == [])
            store.close()
        }
    }

    private func record(_ layer: Digest) -> StepRecord {
        StepRecord(
            key: Digest(hashing: [1]), parent: Digest(hashing: [2]), chain: [layer], components: [],
            instruction: "RUN true", seconds: 1, created: 1, scope: .main, writer: "a test", replaces: false)
    }
}
