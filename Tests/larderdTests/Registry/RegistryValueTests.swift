import Chunking
import OCI
import Testing

@testable import larderd

@Suite("Small decisions of the registry")
struct RegistryValueTests {
    @Test(
        "Ranges of uploads",
        arguments: [("0-3", 0, 4), ("bytes 5-9", 5, 5), ("bytes 5-9/100", 5, 5), ("7-7", 7, 1)]
            as [(String, UInt64, UInt64)])
    func uploadRange(header: String, first: UInt64, count: UInt64) throws {
        let range = try #require(UploadRange(header))
        #expect(range.first == first)
        #expect(range.count == count)
    }

    @Test("Ranges of uploads that are none", arguments: ["", "3", "3-", "-3", "4-3", "a-b", "0-18446744073709551615"])
    func noUploadRange(header: String) {
        #expect(UploadRange(header) == nil)
    }

    @Test("An upload lets one request write at a time, where it stands")
    func progress() throws {
        let start = ContinuousClock.now
        var progress = UploadProgress(now: start)
        try progress.begin(at: 0)
        #expect(throws: UploadProgress.Refusal.busy) { try progress.begin(at: 0) }
        progress.advance(by: 10)
        #expect(progress.idle(now: start + .seconds(9_999)) == .zero)
        progress.end(now: start + .seconds(5))
        #expect(progress.idle(now: start + .seconds(15)) == .seconds(10))
        #expect(throws: UploadProgress.Refusal.outOfOrder(offset: 10)) { try progress.begin(at: 0) }
        #expect(throws: UploadProgress.Refusal.outOfOrder(offset: 10)) { try progress.begin(at: 11) }
        try progress.begin(at: nil)
        progress.end(now: start)
        try progress.begin(at: 10)
        #expect(progress.offset == 10)
    }

    @Test("Pages are cut and lead to the next")
    func pages() throws {
        let page = try Page(count: "2", last: "a")
        #expect(page.last == "a")
        let (names, link) = page.cut(["b", "c", "d"], path: "/v2/x/tags/list")
        #expect(names == ["b", "c"])
        #expect(link == "</v2/x/tags/list?n=2&last=c>; rel=\"next\"")
        #expect(page.cut(["b", "c"], path: "").link == nil)
        let none = try Page(count: "0", last: nil as String?).cut(["a"], path: "")
        #expect(none.names.isEmpty && none.link == nil)
        #expect(try Page(count: nil as String?, last: "").last == nil)
        for text in ["-1", "x", "1.5"] {
            #expect(throws: RegistryFailure.self) { try Page(count: text, last: nil as String?) }
        }
    }
}
