import Chunking
import NIOHTTP1
import OCI
import SystemPackage
import TestSupport
import Testing

@testable import larderd

@Suite("Real clients push and pull")
struct ClientTests {
    private static let skopeo = Program(name: "skopeo")
    private static let podman = Program(name: "podman")

    /// Three layers, one of them twice, and one that is larger than what is handed to the store at once.
    private func image(_ form: SampleImage.Form, platform: String = "linux/amd64") throws -> SampleImage {
        let small = SampleImage.layer(["etc-a", "etc-b"], bytesEach: 3_000)
        let large = SampleImage.layer((0..<12).map { "usr-\($0)" }, bytesEach: 400_000, seed: 7)
        return try SampleImage(layers: [small, large, small], form: form, platform: platform)
    }

    private func copy(_ options: String, _ from: String, _ to: String) async throws {
        let skopeo = Self.skopeo
        _ = try await skopeo(
            "--insecure-policy", "copy", "--quiet", "--src-tls-verify=false", "--dest-tls-verify=false", options,
            from, to)
    }

    @Test(
        "skopeo: what is pulled has the digests of what was pushed, whatever the layers' form",
        .enabled(if: skopeo.isInstalled, "needs skopeo"), arguments: SampleImage.Form.allCases)
    func skopeoRoundTrip(form: SampleImage.Form) async throws {
        try await withTemporaryDirectory { directory in
            let image = try image(form)
            let pushed = try ImageLayout(at: directory.appending("pushed"), of: [image])
            let pulled = ImageLayout(at: directory.appending("pulled"))
            try await withRegistry { registry in
                let name = "docker://\(registry.host)/shop/api:1"
                try await copy("--preserve-digests", pushed.name, name)
                try await copy("--preserve-digests", name, pulled.name)
                let answer = try await registry.client.get("/v2/shop/api/manifests/1")
                #expect(answer.bytes == image.manifest)
            }
            #expect(try pulled.digest() == Digest(hashing: image.manifest))
            #expect(try pulled.blobs() == pushed.blobs())
        }
    }

    @Test("skopeo: an index of two platforms is copied whole", .enabled(if: skopeo.isInstalled, "needs skopeo"))
    func skopeoIndex() async throws {
        try await withTemporaryDirectory { directory in
            let images = [try image(.gzip), try image(.gzip, platform: "linux/arm64")]
            let pushed = try ImageLayout(at: directory.appending("pushed"), of: images)
            let pulled = ImageLayout(at: directory.appending("pulled"))
            try await withRegistry { registry in
                let name = "docker://\(registry.host)/shop/api:1"
                try await copy("--all", pushed.name, name)
                try await copy("--all", name, pulled.name)
            }
            #expect(try pulled.digest() == pushed.digest())
            #expect(try pulled.blobs() == pushed.blobs())
        }
    }

    @Test("skopeo: docker's own manifest form is kept", .enabled(if: skopeo.isInstalled, "needs skopeo"))
    func skopeoSchema2() async throws {
        try await withTemporaryDirectory { directory in
            let image = try image(.gzip)
            let pushed = try ImageLayout(at: directory.appending("pushed"), of: [image])
            try await withRegistry { registry in
                let name = "docker://\(registry.host)/shop/api:1"
                try await copy("--format=v2s2", pushed.name, name)
                let answer = try await registry.client.get("/v2/shop/api/manifests/1")
                let type = "application/vnd.docker.distribution.manifest.v2+json"
                #expect(answer.headers.first(name: "content-type") == type)
                let manifest = try JSONDocument.decode(Manifest.self, from: answer.bytes, subject: "the manifest")
                #expect(manifest.layers.map(\.digest) == image.blobs.map { Digest(hashing: $0) })
                try await copy("--quiet", name, "dir:\(directory.appending("pulled"))")
                let tags = try await Self.skopeo(
                    "list-tags", "--tls-verify=false", "docker://\(registry.host)/shop/api")
                #expect(tags.contains(#""1""#), "\(tags)")
            }
        }
    }

    @Test(
        "podman: an image that was pulled is pushed again as the same image",
        .enabled(if: podman.isInstalled && Program.isRoot, "needs podman and root"))
    func podmanRoundTrip() async throws {
        try await withTemporaryDirectory { directory in
            let image = try image(.gzip)
            let store = [
                "--root=\(directory.appending("storage"))", "--runroot=\(directory.appending("run"))",
                "--storage-driver=vfs",
            ]
            try await withRegistry { registry in
                let podman = Self.podman
                let original = "\(registry.host)/shop/api:1"
                let again = "\(registry.host)/other/api:2"
                try await registry.push(image, to: "shop/api", as: "1")
                try await podman(store[0], store[1], store[2], "pull", "--tls-verify=false", "--quiet", original)
                let id = try await podman(
                    store[0], store[1], store[2], "image", "inspect", "--format={{.Id}} {{len .RootFS.Layers}}",
                    original)
                let hex = Digest(hashing: image.config).description.dropFirst("sha256:".count)
                #expect(id == "\(hex) 3\n")
                try await podman(
                    store[0], store[1], store[2], "push", "--tls-verify=false", "--quiet", original, again)
                let answer = try await registry.client.get("/v2/other/api/manifests/2")
                let manifest = try JSONDocument.decode(Manifest.self, from: answer.bytes, subject: "the manifest")
                #expect(manifest.config.digest == Digest(hashing: image.config))
                let upload = try await registry.client.get("/v2/other/api/blobs/\(manifest.config.digest)")
                #expect(upload.bytes == image.config)
            }
        }
    }
}
