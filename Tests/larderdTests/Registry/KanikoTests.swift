import AsyncHTTPClient
import Chunking
import NIOCore
import NIOHTTP1
import OCI
import Testing

@testable import larderd

/// What kaniko's cache repository asks of a registry, request by request: Debian has no kaniko.
@Suite("Kaniko's requests")
struct KanikoTests {
    private static let repository = "shop/api/cache"
    private static let accepted = [
        MediaType.dockerManifest, MediaType.manifest, MediaType.dockerManifestList, MediaType.index,
    ].joined(separator: ",")

    /// The result of one step: docker's form, an empty base, exactly one layer.
    private struct Step {
        let key: String
        let layer: [UInt8]
        let config: [UInt8]
        let manifest: [UInt8]

        init(_ number: UInt64, _ form: SampleImage.Form) throws {
            key = String(Digest(hashing: Array("step \(number)".utf8)).description.dropFirst("sha256:".count))
            let image = try SampleImage(layers: [SampleImage.layer(["a", "b"], seed: number)], form: form)
            layer = image.blobs[0]
            config = image.config
            // Layers compressed with zstd have OCI's type, since docker has none for them.
            let type = form == .zstd ? MediaType.layerZstd : MediaType.dockerLayerGzip
            var manifest = Manifest(
                config: SampleImage.descriptor(MediaType.dockerConfiguration, config),
                layers: [SampleImage.descriptor(type, layer)])
            manifest.mediaType = MediaType.dockerManifest
            self.manifest = try JSONDocument.encode(manifest)
        }
    }

    private func lookUp(_ step: Step, _ client: TestClient) async throws -> TestClient.Answer {
        #expect(try await client.get("/v2/").status == 200)
        return try await client.send(
            .GET, "/v2/\(Self.repository)/manifests/\(step.key)", headers: ["accept": Self.accepted])
    }

    /// Whether the registry had the blob.
    private func upload(_ bytes: [UInt8], _ client: TestClient) async throws -> Bool {
        let digest = Digest(hashing: bytes)
        let head = try await client.send(.HEAD, "/v2/\(Self.repository)/blobs/\(digest)")
        if head.status == 200 { return true }
        #expect(head.status == 404)
        let begun = try await client.send(
            .POST, "/v2/\(Self.repository)/blobs/uploads/", headers: ["content-type": "application/json"])
        #expect(begun.status == 202)
        let location = try #require(begun.headers.first(name: "location"))
        let stream = AsyncStream { continuation in
            continuation.yield(ByteBuffer(bytes: bytes))
            continuation.finish()
        }
        let patched = try await client.send(.PATCH, location, body: .stream(stream, length: .unknown))
        #expect(patched.status == 202)
        let next = try #require(patched.headers.first(name: "location"))
        let separator = next.contains("?") ? "&" : "?"
        let committed = try await client.send(.PUT, "\(next)\(separator)digest=\(digest)")
        #expect(committed.status == 201)
        return false
    }

    private func push(_ step: Step, _ client: TestClient) async throws {
        let path = "/v2/\(Self.repository)/manifests/\(step.key)"
        let head = try await client.send(.HEAD, path, headers: ["accept": Self.accepted])
        #expect(head.status == 404)
        #expect(try await upload(step.layer, client) == false)
        #expect(try await upload(step.config, client) == false)
        #expect(try await upload(step.layer, client) == true)
        let answer = try await client.send(
            .PUT, path, body: .bytes(step.manifest), headers: ["content-type": MediaType.dockerManifest])
        #expect(answer.status == 201)
    }

    @Test("A step that is not there is unknown, is pushed, and is found", arguments: [SampleImage.Form.gzip, .zstd])
    func step(form: SampleImage.Form) async throws {
        try await withRegistry { registry in
            let client = registry.client
            let step = try Step(1, form)
            let miss = try await lookUp(step, client)
            #expect(miss.status == 404 && miss.registryError == "MANIFEST_UNKNOWN")
            try await push(step, client)
            let hit = try await lookUp(step, client)
            #expect(hit.status == 200 && hit.bytes == step.manifest)
            #expect(hit.headers.first(name: "content-type") == MediaType.dockerManifest)
            #expect(
                hit.headers.first(name: "docker-content-digest") == Digest(hashing: step.manifest).description)
            // The configuration is read for its age, the layer only when it is needed.
            for bytes in [step.config, step.layer] {
                let blob = try await client.get("/v2/\(Self.repository)/blobs/\(Digest(hashing: bytes))")
                #expect(blob.status == 200 && blob.bytes == bytes)
            }
        }
    }

    @Test("Steps that are pushed at once, as they are while the next ones run, are all found")
    func manySteps() async throws {
        try await withRegistry { registry in
            let steps = try (0..<30).map { try Step($0, .gzip) }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for step in steps { group.addTask { try await push(step, registry.client) } }
                try await group.waitForAll()
            }
            for step in steps {
                let hit = try await lookUp(step, registry.client)
                #expect(hit.bytes == step.manifest)
            }
            let list = try await registry.client.get("/v2/\(Self.repository)/tags/list")
            #expect(steps.allSatisfy { list.text.contains($0.key) })
        }
    }
}
