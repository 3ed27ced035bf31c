import Testing

@testable import larderd

@Suite("Values kept for a while")
struct RecentValuesTests {
    @Test("The bound holds, and what is used stays")
    func bounds() {
        var values = RecentValues<Int, String>(limit: 10)
        values[0] = "kept"
        for key in 1...1000 {
            values[key] = "\(key)"
            #expect(values[key] == "\(key)")
            #expect(values[0] == "kept")
            #expect(values.count <= 10)
        }
        #expect(values[1] == nil)
    }

    @Test("A value can be replaced and removed, in either generation")
    func replace() {
        var values = RecentValues<Int, Int>(limit: 4)
        values[1] = 1
        values[2] = 2
        values[3] = 3
        values[1] = 10
        #expect(values[1] == 10)
        values[1] = nil
        values[2] = nil
        #expect(values[1] == nil)
        #expect(values[2] == nil)
        #expect(values[3] == 3)
    }
}
