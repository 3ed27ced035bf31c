import CacheAPI
import ChunkStore
import Chunking
import NIOHTTP1
import OCI
import Testing

@testable import larderd

@Suite("Images of the server's own repositories")
struct LocalImageTests {
    static let project = ProjectName.default

    private func catalog(
        _ registry: TestRegistry, _ change: (inout ImageCatalog.Settings) -> Void = { _ in }
    ) -> ImageCatalog {
        var settings = ImageCatalog.Settings()
        change(&settings)
        return ImageCatalog(executor: registry.executor, settings: settings, logger: .silent)
    }

    private func image(_ name: String, _ platform: String = "linux/amd64") -> ResolveQuery.Image {
        ResolveQuery.Image(name: name, platform: platform)
    }

    /// The bytes of a layer of a project, read back.
    private func layer(_ diffID: Digest, in project: String, _ registry: TestRegistry) async throws -> [UInt8]? {
        try await registry.executor.run { store in
            guard let project = try store.project(named: project), try store.blob(diffID, in: project)?.isLayer == true
            else { return nil }
            return try store.document(diffID, in: project, maximum: 1 << 30)
        }
    }

    @Test("Layers are there uncompressed, however they were pushed", arguments: SampleImage.Form.allCases)
    func forms(form: SampleImage.Form) async throws {
        try await withRegistry { registry in
            let first = SampleImage.layer(["etc/passwd", "bin/sh"], bytesEach: 300_000)
            let second = SampleImage.layer(["app"], seed: 9)
            let image = try SampleImage(layers: [first, second, first], form: form)
            let digest = try await registry.push(image, to: "shop/base", as: "latest")
            let project = try #require(ProjectName("ci"))
            for _ in 0..<2 {
                let answer = try await catalog(registry).resolve(self.image("shop/base"), for: project, refresh: false)
                #expect(answer.digest == digest)
                #expect(answer.config == image.configText)
                #expect(answer.chain == image.diffIDs)
            }
            #expect(try await layer(image.diffIDs[0], in: "ci", registry) == first)
            #expect(try await layer(image.diffIDs[1], in: "ci", registry) == second)
            let byDigest = try await catalog(registry).resolve(
                self.image("shop/base:other@\(digest)"), for: project, refresh: true)
            #expect(byDigest.digest == digest)
        }
    }

    @Test("Many builds may want the same image at once")
    func concurrent() async throws {
        try await withRegistry { registry in
            let image = try SampleImage(layers: [SampleImage.layer(["a"], bytesEach: 2_000_000)], form: .gzip)
            let digest = try await registry.push(image, to: "base", as: "1")
            let catalog = catalog(registry)
            try await withThrowingTaskGroup(of: Digest.self) { group in
                for number in 0..<8 {
                    group.addTask {
                        let project = ProjectName("p\(number)") ?? .default
                        return try await catalog.resolve(self.image("base:1"), for: project, refresh: false).digest
                    }
                }
                for try await answer in group { #expect(answer == digest) }
            }
        }
    }

    @Test("The manifest of an index is picked by platform")
    func index() async throws {
        try await withRegistry { registry in
            var children: [Descriptor] = []
            var digests: [String: Digest] = [:]
            for platform in ["linux/arm64", "linux/amd64", "linux/arm/v6"] {
                let image = try SampleImage(layers: [SampleImage.layer([platform])], platform: platform)
                digests[platform] = try await registry.push(image, to: "base", as: "\(Digest(hashing: image.manifest))")
                children.append(
                    SampleImage.descriptor(MediaType.manifest, image.manifest, platform: try Platform(platform)))
            }
            let index = try JSONDocument.encode(Index(manifests: children))
            try await registry.put(index, type: MediaType.index, to: "base", as: "12")
            let catalog = catalog(registry)
            for (platform, expected) in [
                ("linux/amd64", "linux/amd64"), ("linux/arm64/v8", "linux/arm64"), ("linux/arm/v7", "linux/arm/v6"),
            ] {
                let answer = try await catalog.resolve(image("base:12", platform), for: Self.project, refresh: false)
                #expect(answer.digest == digests[expected])
            }
            let error = await #expect(throws: APIFailure.self) {
                try await catalog.resolve(image("base:12", "linux/s390x"), for: Self.project, refresh: false)
            }
            #expect(error?.code == .notFound)
            #expect(error?.message.contains("linux/arm64, linux/amd64, linux/arm/v6") == true)
        }
    }

    @Test("A name that means nothing here says what to do")
    func absent() async throws {
        try await withRegistry { registry in
            let own = try RegistryHost("larder.example:7070")
            let catalog = catalog(registry) { $0.ownHosts = [own] }
            for (name, hint) in [
                ("debian:12", "docker.io/library/debian:12"), ("shop/api", "larder import ROOTFS.tar shop/api"),
                ("larder.example:7070/a", "push or import it first"),
            ] {
                let error = await #expect(throws: APIFailure.self) {
                    try await catalog.resolve(image(name), for: Self.project, refresh: false)
                }
                #expect(error?.code == .notFound)
                #expect(error?.message.contains(hint) == true, "\(error?.message ?? "")")
            }
            for bad in [image("Not/A/Name:"), image("debian", "x")] {
                let error = await #expect(throws: APIFailure.self) {
                    try await catalog.resolve(bad, for: Self.project, refresh: false)
                }
                #expect(error?.code == .invalidName)
            }
        }
    }

    @Test("Other projects' repositories are used only when they are listed as local")
    func localProjects() async throws {
        try await withRegistry { registry in
            let image = try SampleImage(layers: [SampleImage.layer(["a"])])
            try await registry.push(image, to: "secret/base", as: "latest")
            try await registry.push(image, to: "images/base", as: "latest")
            let images = try #require(ProjectName("images"))
            let catalog = catalog(registry) { $0.localProjects = [images] }
            _ = try await catalog.resolve(self.image("images/base"), for: Self.project, refresh: false)
            let error = await #expect(throws: APIFailure.self) {
                try await catalog.resolve(self.image("secret/base"), for: Self.project, refresh: false)
            }
            #expect(error?.code == .notFound)
            let secret = try #require(ProjectName("secret"))
            _ = try await catalog.resolve(self.image("secret/base"), for: secret, refresh: false)
        }
    }

    @Test("A layer that does not decompress to its diffID is refused")
    func lyingImage() async throws {
        try await withRegistry { registry in
            let honest = try SampleImage(layers: [SampleImage.layer(["a"])], form: .gzip)
            let other = try SampleImage(layers: [SampleImage.layer(["b"])], form: .gzip)
            // The configuration of one, the layers of the other.
            let manifest = try JSONDocument.encode(
                Manifest(
                    config: SampleImage.descriptor(MediaType.configuration, honest.config),
                    layers: other.blobs.map { SampleImage.descriptor(MediaType.layerGzip, $0) }))
            for blob in other.blobs + [honest.config] { _ = try await registry.push(blob, to: "base") }
            #expect(try await registry.put(manifest, to: "base", as: "1").status == 201)
            await #expect(throws: (any Error).self) {
                try await catalog(registry).resolve(image("base:1"), for: Self.project, refresh: false)
            }
            #expect(try await layer(honest.diffIDs[0], in: "default", registry) == nil)
        }
    }
}
