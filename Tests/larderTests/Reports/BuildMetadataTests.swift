import Build
import CacheAPI
import Chunking
import OCI
import Testing

@testable import larder

@Suite("What --metadata-file holds")
struct BuildMetadataTests {
    private let trace: TraceContext

    init() {
        var random = SystemRandomNumberGenerator()
        trace = TraceContext(using: &random)
    }

    @Test("One flat object with the keys that scripts rely on")
    func json() throws {
        let digest = Digest(hashing: [1])
        let outcome = BuildOutcome(
            image: AssembleAnswer(digest: digest, size: 9, config: Digest(hashing: [2])), config: Digest(hashing: [2]),
            steps: [
                StepReport(key: digest, instruction: "RUN make", stage: "api", verdict: .hit, saved: 2.5),
                StepReport(
                    key: nil, instruction: "COPY . /", stage: "api", verdict: .run, seconds: 0.25, bytes: 77,
                    reason: "a changed"),
            ], seconds: 1.5)
        let bytes = try BuildMetadata(
            outcome, platforms: ["linux/amd64"], names: ["h:1/a:1", "h:1/a:2"], scope: .main, trace: trace, down: 10,
            up: 20
        ).json()
        #expect(
            String(decoding: bytes, as: UTF8.self) == """
                {"containerimage.config.digest":"\(Digest(hashing: [2]))","containerimage.descriptor":{"digest":"\(digest)",\
                "mediaType":"application/vnd.oci.image.manifest.v1+json","size":9},"containerimage.digest":"\(digest)",\
                "image.name":"h:1/a:1,h:1/a:2","larder.bytes.down":10,"larder.bytes.up":20,"larder.images":[{"config":"\(Digest(hashing: [2]))",\
                "digest":"\(digest)","platform":"linux/amd64"}],"larder.lookups":0,"larder.scope":"main","larder.seconds":1.5,\
                "larder.seconds.saved":2.5,"larder.steps":[{"bytes":0,"commandSeconds":0,"instruction":"RUN make","key":"\(digest)",\
                "seconds":0,"stage":"api","verdict":"hit"},{"bytes":77,"commandSeconds":0,\
                "instruction":"COPY . /","reason":"a changed","seconds":0.25,"stage":"api","verdict":"run"}],\
                "larder.steps.hit":1,"larder.steps.run":1,"larder.steps.total":2,"larder.trace":"\(trace.traceID)"}\n
                """)
    }

    @Test("Of several platforms the digest is the index's, and each image is there")
    func platforms() throws {
        let digests = (1...5).map { Digest(hashing: [$0]) }
        var outcome = BuildOutcome(
            image: AssembleAnswer(
                digest: digests[0], size: 7,
                images: [
                    .init(digest: digests[1], size: 8, config: digests[2]),
                    .init(digest: digests[3], size: 9, config: digests[4]),
                ]))
        outcome.configs = [digests[2], digests[4]]
        #expect(outcome.config == nil && outcome.id == digests[0])
        let metadata = BuildMetadata(
            outcome, platforms: ["linux/amd64", "linux/arm64"], names: ["a"], scope: .main, trace: trace, down: 0, up: 0
        )
        #expect(metadata.config == nil && metadata.digest == digests[0])
        #expect(metadata.root?.mediaType == "application/vnd.oci.image.index.v1+json")
        #expect(metadata.images.map(\.platform) == ["linux/amd64", "linux/arm64"])
        #expect(metadata.images.map(\.digest) == [digests[1], digests[3]])
    }
}
