import Chunking
import SystemPackage
import TestSupport
import Testing

@testable import ChunkStore
@testable import larderd

/// The settings of what is kept, and the work in the background.
@Suite struct MaintenanceTests {
    @Test(
        arguments: [
            ("90", 90), ("90s", 90), ("15m", 900), ("2h", 7200), ("30d", 2_592_000), ("", nil), ("h", nil),
            ("-1d", nil), ("1w", nil), ("99999999999999999999d", nil),
        ] as [(String, UInt64?)])
    func timeSpans(text: String, seconds: UInt64?) {
        #expect(TimeSpan.parse(text) == seconds)
    }

    @Test func projectQuotas() {
        #expect(ProjectQuota("20GiB")?.all == 20 << 30)
        #expect(ProjectQuota("shop=1GiB, bank=2GiB")?.named == ["shop": 1 << 30, "bank": 2 << 30])
        #expect(ProjectQuota("1GiB,bank=2GiB")?.all == 1 << 30)
        for bad in ["much", "shop=", "=1GiB", "Shop=1GiB", "shop=1GiB=2"] {
            #expect(ProjectQuota(bad) == nil, "\(bad)")
        }
    }

    @Test(
        arguments: [
            ("*", "anything", true), ("latest,v*", "v1.2", true), ("latest,v*", "latest", true),
            ("latest,v*", "main", false), ("v*-rc*", "v1-rc2", true), ("v*-rc*", "v1", false), ("*a*b", "xaxbb", true),
            ("shop/*:v*", "v1", true), ("bank/*:v*", "v1", false), ("bank/*:v*,*:v*", "v1", true),
        ])
    func pinnedTags(patterns: String, tag: String, isPinned: Bool) {
        #expect(TagPatterns(patterns)?.contains(tag.utf8, in: "shop/app".utf8) == isPinned)
    }

    @Test func aTagIsJudgedWithoutItsRepository() throws {
        var settings = Settings(root: "/tmp")
        settings.pinnedTags = try #require(TagPatterns("v*"))
        let policy = settings.collectionPolicy
        #expect(!policy.isEvictable(.tag, Array("shop/app\0v1".utf8)))
        #expect(policy.isEvictable(.tag, Array("vshop/app\0main".utf8)))
        #expect(policy.isEvictable(.step, Array("v".utf8)))
    }
}
