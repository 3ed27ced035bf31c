import CacheAPI
import Chunking
import Dockerfile
import FoundationEssentials
import NIOCore
import NIOHTTP1
import OCI
import Testing

@testable import Build

@Suite("What builds attach to images")
struct AttestationBuildTests {
    private static let files = [
        "Dockerfile": """
        FROM scratch AS tools
        COPY secret.txt /
        FROM scratch
        ARG TOKEN
        COPY image/ /
        COPY --from=tools /secret.txt /srv/
        """,
        "secret.txt": "1",
        "image/etc/os-release": "ID=debian\nVERSION_ID=\"12\"\n",
        "image/var/lib/dpkg/status":
            "Package: bash\nStatus: install ok installed\nVersion: 5.2.15-2+b2\nArchitecture: amd64\n",
        "image/app/node_modules/left-pad/package.json": #"{"name":"left-pad","version":"1.3.0"}"#,
        // A database of rpm that is none, beside packages that can be read.
        "image/usr/lib/sysimage/rpm/rpmdb.sqlite": "damaged", "image/usr/lib/sysimage/rpm/rpmdb.sqlite-wal": "",
        "image/venv/lib/six-1.16.0.dist-info/METADATA": "Name: six\nVersion: 1.16.0\n\ntext\n",
    ]

    private static func text(_ server: ServerConnection, _ path: String) async throws -> String {
        String(decoding: try await server.exchange(.GET, path, within: .seconds(120)), as: UTF8.self)
    }

    @Test("Packages and provenance are listed as referrers, once, with what the image has and the keys of its steps")
    func attached() async throws {
        try await BuildLab.run { lab in
            let context = try lab.context(Self.files)
            func build(_ runner: String) async throws -> BuildLab.Report {
                let report = try await lab.build(context, runner: runner) { request in
                    request.attestations = [.sbom, .provenance]
                    request.writer = "job 7"
                    request.options.buildArguments["TOKEN"] = "hidden-value"
                }
                #expect(report.outcome.error == nil)
                return report
            }
            let first = try await build("a")
            let image = try #require(first.outcome.image).digest
            // Built again from the cache, and without it, it is the same image.
            let second = try await build("b")
            #expect(second.outcome.image?.digest == image && second.outcome.hitCount == 3)
            #expect(
                first.events.warnings.filter { $0.contains("rpmdb") } == [
                    "Packages are missing in the list of packages: /usr/lib/sysimage/rpm/rpmdb.sqlite: it is no SQLite database."
                ])

            let server = ServerConnection(
                to: try ServerAddress("http://127.0.0.1:\(lab.port)"), project: try ProjectName.named("shop"),
                token: nil)
            let repository = try RepositoryName("shop/api")
            let referrers = try await server.referrers(of: image, in: repository)
            #expect(
                referrers.compactMap(\.artifactType).sorted() == [
                    "application/spdx+json", "application/vnd.in-toto+json",
                ])
            var documents: [String: String] = [:]
            for referrer in referrers {
                let manifest: Manifest = try JSONDocument.decode(
                    from: Array(try await Self.text(server, "/v2/shop/api/manifests/\(referrer.digest)").utf8),
                    subject: "the manifest")
                #expect(manifest.subject?.digest == image)
                let layer = try #require(manifest.layers.first)
                documents[layer.mediaType] = try await Self.text(server, "/v2/shop/api/blobs/\(layer.digest)")
            }
            await server.shutdown()
            let list = try #require(documents["application/spdx+json"])
            for name in [
                "pkg:deb/debian/bash@5.2.15-2%2Bb2?arch=amd64&distro=debian-12", "pkg:npm/left-pad@1.3.0",
                "pkg:pypi/six@1.16.0",
            ] {
                #expect(list.contains(#""referenceLocator":"\#(name)""#))
            }
            let statement = try #require(documents["application/vnd.in-toto+json"])
            #expect(statement.contains(#""subject":[{"digest":{"sha256":"\#(image.hex)"},"name":"shop/api"}]"#))
            #expect(statement.contains(#""buildArguments":["TOKEN"]"#) && !statement.contains("hidden-value"))
            for step in first.outcome.steps {
                #expect(statement.contains("\(try #require(step.key))"))
            }
            #expect(statement.contains(#""id":"job 7""#))
        }
    }

    @Test("Where the image is pushed, what is attached goes, too")
    func pushed() async throws {
        try await BuildLab.run { lab in
            try await BuildLab.run { other in
                let report = try await lab.build(try lab.context(Self.files), runner: "a") { request in
                    request.attestations = [.sbom]
                    request.outputs = [.push]
                    request.tags += ["127.0.0.1:\(other.port)/shop/api:1"].compactMap { try? ImageReference($0) }
                }
                let image = try #require(report.outcome.image).digest
                let server = ServerConnection(
                    to: try ServerAddress("http://127.0.0.1:\(other.port)"), project: try ProjectName.named("shop"),
                    token: nil)
                let referrers = try await server.referrers(of: image, in: try RepositoryName("shop/api"))
                #expect(referrers.map(\.artifactType) == ["application/spdx+json"])
                await server.shutdown()
            }
        }
    }

    @Test("Without a server there is a word about it, and the build is done")
    func noServer() async throws {
        try await BuildLab.run { lab in
            let context = try lab.context(["Dockerfile": "FROM scratch\nCOPY a /\n", "a": "1"])
            let report = try await lab.build(context, runner: "a", port: 1) { $0.attestations = [.sbom] }
            #expect(report.outcome.error == nil)
            #expect(report.events.warnings.contains { $0.contains("Nothing is attached") })
        }
    }
}
