import CacheAPI
import Chunking
import Dockerfile
import FoundationEssentials
import NIOHTTP1
import OCI
import SystemPackage
import TestSupport
import Testing

@testable import Build

#if !arch(arm64)
@Suite("Building for several platforms", .enabled(if: TinyImage.obstacle == nil, "\(TinyImage.obstacle ?? "")"))
struct PlatformBuildTests {
    private static let platforms: @Sendable (inout BuildRequest) -> Void = { request in
        request.options.platform = "linux/amd64"
        request.otherPlatforms = ["linux/arm64"]
    }

    /// The image of a platform, as everybody finds it under a tag.
    private func image(
        of lab: BuildLab, _ architecture: String
    ) async throws -> (manifest: Manifest, configuration: ImageConfiguration) {
        let index: Index = try await document(of: lab, "manifests/1")
        #expect(index.mediaType == MediaType.index && index.manifests.count == 2)
        let platform = Platform(os: "linux", architecture: architecture)
        let descriptor = try #require(index.manifests.first { $0.platform == platform })
        let manifest: Manifest = try await document(of: lab, "manifests/\(descriptor.digest)")
        return (manifest, try await document(of: lab, "blobs/\(manifest.config.digest)"))
    }

    private func document<Value: Decodable>(of lab: BuildLab, _ path: String) async throws -> Value {
        let client = RawClient(address: "http://127.0.0.1:\(lab.port)", project: .default)
        let answer = try await client.send(.GET, "/v2/shop/api/\(path)", [])
        #expect(answer.status == 200, "\(path)")
        return try JSONDocument.decode(from: answer.body, subject: path)
    }

    @Test("One build for two platforms runs once what they share, needs no emulator for COPY, and makes an index")
    func cross() async throws {
        try await BuildLab.run { lab in
            try await lab.importImage(try await TinyImage.tar(in: lab.directory), as: "shop/tiny:1")
            let context = try lab.context([
                "Dockerfile": """
                FROM --platform=$BUILDPLATFORM shop/tiny:1 AS tool
                RUN echo tool >/tool
                FROM --platform=$BUILDPLATFORM tool AS build
                ARG TARGETARCH
                RUN echo $TARGETARCH >/out
                FROM scratch
                ARG TARGETPLATFORM
                LABEL platform=$TARGETPLATFORM
                WORKDIR /srv
                COPY --from=build /out .
                COPY --from=tool /tool .
                COPY page .
                """, "page": "page",
            ])
            let none = lab.directory.appending("handlers")
            try lab.context(["status": "enabled\n"], named: "handlers")
            let report = try await lab.build(context, runner: "a") { request in
                Self.platforms(&request)
                request.handlerDirectory = none
            }
            #expect(report.outcome.error == nil, "\(String(describing: report.outcome.error))")
            let runs = report.outcome.steps.filter { $0.instruction.hasPrefix("RUN") }
            #expect(runs.map(\.verdict) == [.run, .run, .run])
            #expect(report.outcome.steps.contains { $0.stage == "linux/arm64 2" })
            #expect(report.outcome.configs.count == 2 && report.outcome.id == report.outcome.image?.digest)
            for architecture in ["amd64", "arm64"] {
                let (manifest, configuration) = try await image(of: lab, architecture)
                #expect(configuration.platform.architecture == architecture)
                #expect(configuration.config?.labels == ["platform": "linux/\(architecture)"])
                #expect(configuration.rootfs.diffIDs == manifest.layers.map(\.digest))
                let files = try await lab.files(of: manifest.layers.map(\.digest))
                #expect(files["/srv/out"]?.text == "\(architecture)\n" && files["/srv/tool"]?.text == "tool\n")
            }
            let again = try await lab.build(context, runner: "b", adjust: Self.platforms)
            #expect(again.outcome.runCount == 0 && again.outcome.lookupCount == 1)
            #expect(again.outcome.image?.digest == report.outcome.image?.digest)
            let single = try await lab.build(context, runner: "c", tag: "shop/api:2") { request in
                request.options.platform = "linux/arm64"
            }
            #expect(single.outcome.runCount == 0)
            #expect(single.outcome.image?.digest == report.outcome.image?.images[1].digest)
        }
    }

    @Test("--push sends the index and all that it names to another registry")
    func push() async throws {
        try await BuildLab.run { lab in
            try await BuildLab.run { registry in
                let context = try lab.context(["Dockerfile": "FROM scratch\nARG TARGETARCH\nCOPY $TARGETARCH /name\n"])
                try lab.context(["amd64": "amd64", "arm64": "arm64"])
                let tag = "127.0.0.1:\(registry.port)/shop/api:1"
                let report = try await lab.build(context, runner: "a", tag: tag) { request in
                    Self.platforms(&request)
                    request.outputs = [.push]
                }
                #expect(report.outcome.error == nil, "\(String(describing: report.outcome.error))")
                for architecture in ["amd64", "arm64"] {
                    let (there, _) = try await image(of: registry, architecture)
                    #expect(try await image(of: lab, architecture).manifest == there)
                    #expect(try await registry.files(of: there.layers.map(\.digest))["/name"]?.text == architecture)
                }
            }
        }
    }

    @Test("A RUN of another platform without an emulator is refused before anything runs, with what to do")
    func refuse() async throws {
        try await BuildLab.run { lab in
            let tiny = try await TinyImage.tar(in: lab.directory)
            try await lab.importImage(tiny, as: "shop/tiny:1", architecture: "s390x")
            try await lab.importImage(tiny, as: "shop/own:1")
            let context = try lab.context([
                "Dockerfile": """
                FROM shop/own:1 AS own
                RUN echo slow >/slow
                FROM shop/tiny:1
                COPY Dockerfile /
                RUN echo built >/out
                COPY --from=own /bin/busybox /b
                """
            ])
            try lab.context(["status": "enabled\n"], named: "handlers")
            let report = try await lab.build(context, runner: "a") { request in
                request.options.platform = "linux/s390x"
                request.handlerDirectory = lab.directory.appending("handlers")
            }
            let error = try #require(report.outcome.error as? BuildError)
            #expect(error.code == .notPermitted)
            for hint in ["Dockerfile:5: RUN echo built", "linux/s390x", "qemu-user-static", "$BUILDPLATFORM"] {
                #expect(error.description.contains(hint), "\(error)")
            }
            #expect(report.outcome.steps.allSatisfy { $0.verdict == .skipped || $0.verdict == .failed })
            // Where the kernel does not say what it can, the failure tells.
            let unsaid = try await lab.build(context, runner: "b") { request in
                request.options.platform = "linux/s390x"
                request.handlerDirectory = lab.directory.appending("nowhere")
            }
            #expect(unsaid.outcome.error == nil, "this machine runs what the image has, whatever it says")
        }
    }

    @Test("A RUN of another platform runs where the kernel has an emulator", .enabled(if: Emulator.isPossible))
    func emulate() async throws {
        try await BuildLab.run { lab in
            let tiny = try await Emulator.tar(in: lab.directory)
            try await lab.importImage(tiny, as: "shop/tiny:1", architecture: Emulator.architecture)
            let context = try lab.context([
                "Dockerfile": "FROM shop/tiny:1\nRUN echo emulated >/out && chmod 640 /out\n"
            ])
            try await Emulator.register(in: lab.directory) { handlers in
                let report = try await lab.build(context, runner: "a") { request in
                    request.options.platform = "linux/\(Emulator.architecture)"
                    request.handlerDirectory = handlers
                }
                #expect(report.outcome.error == nil, "\(String(describing: report.outcome.error))")
                #expect(try await lab.files(of: report)["/out"]?.text == "emulated\n")
            }
            // The emulator is gone, and its work is not.
            let other = try await lab.build(context, runner: "b") { request in
                request.options.platform = "linux/\(Emulator.architecture)"
                request.handlerDirectory = lab.directory.appending("handlers")
            }
            #expect(other.outcome.error == nil && other.outcome.runCount == 0)
            let failed = try await lab.build(context, runner: "c") { request in
                request.options.platform = "linux/\(Emulator.architecture)"
                request.handlerDirectory = "/nowhere"
                request.ignoresCache = true
            }
            let error = try #require(failed.outcome.error as? BuildError)
            #expect(error.code == .commandFailed && error.description.contains("qemu-user-static"), "\(error)")
        }
    }
}
#endif
