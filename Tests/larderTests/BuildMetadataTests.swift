import Build
import CacheAPI
import Chunking
import OCI
import Testing

@testable import larder

@Suite("What --metadata-file holds")
struct BuildMetadataTests {
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
        let bytes = try BuildMetadata(outcome, names: ["h:1/a:1", "h:1/a:2"], scope: .main, down: 10, up: 20).json()
        #expect(
            String(decoding: bytes, as: UTF8.self) == """
                {"containerimage.config.digest":"\(Digest(hashing: [2]))","containerimage.digest":"\(digest)",\
                "image.name":"h:1/a:1,h:1/a:2","larder.bytes.down":10,"larder.bytes.up":20,"larder.lookups":0,"larder.scope":"main","larder.seconds":1.5,\
                "larder.seconds.saved":2.5,"larder.steps":[{"bytes":0,"commandSeconds":0,"instruction":"RUN make","key":"\(digest)",\
                "seconds":0,"verdict":"hit"},{"bytes":77,"commandSeconds":0,\
                "instruction":"COPY . /","reason":"a changed","seconds":0.25,"verdict":"run"}],\
                "larder.steps.hit":1,"larder.steps.run":1,"larder.steps.total":2}\n
                """)
    }
}
