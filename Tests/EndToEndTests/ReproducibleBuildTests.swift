import Build
import CacheAPI
import Chunking
import Dockerfile
import FoundationEssentials
import OCI
import SystemPackage
import TestSupport
import Testing

/// Images that are the same wherever and whenever they are built (`SOURCE_DATE_EPOCH`).
@Suite(.enabled(if: TinyImage.obstacle == nil, "\(TinyImage.obstacle ?? "")"))
struct ReproducibleBuildTests {
    private static let epoch: Int64 = 1_600_000_000
    private static let dockerfile = """
        FROM tiny/base:1
        WORKDIR /app/data
        COPY words .
        RUN cat words words > twice && mkdir sub && ln -s twice link
        LABEL a=b

        """

    /// Lends a lab with a base image that is later than the epoch, and a context whose file has a time.
    private static func lab(
        time: Double, _ body: @Sendable (BuildLab, FilePath) async throws -> Void
    ) async throws {
        try await BuildLab.run { lab in
            try await lab.importImage(try await TinyImage.tar(in: lab.directory), as: "tiny/base:1")
            let context = try lab.context(["Dockerfile": dockerfile, "words": "one\n"])
            try FileManager.default.setAttributes(
                [.modificationDate: Date(timeIntervalSince1970: time)],
                ofItemAtPath: context.appending("words").string)
            try await body(lab, context)
        }
    }

    private static func request(_ request: inout BuildRequest, rewrites: Bool = true) {
        request.epoch = epoch
        request.rewritesTimestamps = rewrites
        request.options.buildArguments["SOURCE_DATE_EPOCH"] = "\(epoch)"
    }

    @Test func runnersWithoutAnythingInCommonMakeTheSameImage() async throws {
        try await Self.lab(time: 1_650_000_000) { first, context in
            let one = try await first.build(context, runner: "a") { Self.request(&$0) }
            #expect(one.outcome.error == nil)
            #expect(one.events.warnings == [])
            try await Self.lab(time: 1_660_000_000) { second, context in
                let other = try await second.build(context, runner: "b") { Self.request(&$0) }
                #expect(other.outcome.error == nil)
                #expect(other.verdicts == [.run, .run, .run])
                #expect(try #require(other.outcome.image?.digest) == one.outcome.image?.digest)
                // What was found was recorded as it was made: it is set back again.
                let again = try await second.build(context, runner: "c") { Self.request(&$0) }
                #expect(again.verdicts == [.hit, .hit, .hit])
                #expect(again.outcome.image?.digest == one.outcome.image?.digest)
                let plain = try await second.build(context, runner: "d") { Self.request(&$0, rewrites: false) }
                #expect(plain.outcome.image?.digest != one.outcome.image?.digest)
            }
        }
    }

    @Test func onlyStepsThatDeclareItDependOnIt() async throws {
        try await Self.lab(time: 1_650_000_000) { lab, context in
            #expect(try await lab.build(context, runner: "a").verdicts == [.run, .run, .run])
            let dated = try await lab.build(context, runner: "b") { Self.request(&$0, rewrites: false) }
            #expect(dated.verdicts == [.hit, .hit, .hit])
            #expect(dated.events.warnings == [])
            let text = Self.dockerfile + "ARG SOURCE_DATE_EPOCH\nRUN echo at $SOURCE_DATE_EPOCH\n"
            try lab.context(["Dockerfile": text])
            for (epoch, verdict) in [(1, StepReport.Verdict.run), (2, .run), (2, .hit)] {
                let report = try await lab.build(context, runner: "c\(epoch)\(verdict)") { request in
                    request.epoch = Int64(epoch)
                    request.options.buildArguments["SOURCE_DATE_EPOCH"] = "\(epoch)"
                }
                #expect(report.verdicts == [.hit, .hit, .hit, verdict])
                #expect(report.events.output == (verdict == .run ? ["at \(epoch)"] : []))
            }
        }
    }

    @Test func imageAndHistorySayTheEpoch() async throws {
        try await Self.lab(time: 1_650_000_000) { lab, context in
            let file = lab.directory.appending("image.tar")
            let report = try await lab.build(context, runner: "a") { request in
                Self.request(&request)
                request.outputs = [.file(.oci, file)]
            }
            #expect(report.outcome.error == nil)
            let image = try #require(report.outcome.config)
            let blob = try shell("tar --extract --to-stdout --file='\(file)' blobs/sha256/\(image.hex)")
            let configuration: ImageConfiguration = try JSONDocument.decode(from: blob, subject: "the configuration")
            #expect(configuration.created == "2020-09-13T12:26:40Z")
            #expect(
                configuration.history?.suffix(4).map(\.created) == Array(repeating: "2020-09-13T12:26:40Z", count: 4))
            // The layers' own files are not later, but the base's are what they were.
            let layers = try configuration.rootfs.diffIDs.map { layer in
                let script = """
                    tar --extract --to-stdout --file='\(file)' blobs/sha256/\(layer.hex) |
                        TZ=UTC tar --list --verbose --full-time --file=- | grep -c -v '2020-09-13 12:26:40\\|1980-01-01' || true
                    """
                return String(decoding: try shell(script), as: UTF8.self)
            }
            #expect(layers.count == 4)
            #expect(layers[0] != "0\n")
            #expect(layers.dropFirst().allSatisfy { $0 == "0\n" }, "\(layers)")
        }
    }
}
