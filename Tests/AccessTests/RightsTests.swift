import Access
import Testing

@Suite("Rights")
struct RightsTests {
    @Test("What is printed is read as the same")
    func roundTrip() {
        for bits in UInt8(1)...15 {
            let rights = Rights(rawValue: bits)
            // 8 alone is no right.
            let known = rights == .admin ? rights : rights.subtracting(Rights(rawValue: 8))
            guard !known.isEmpty else { continue }
            #expect(Rights(known.description) == known)
        }
    }

    @Test("Admin has all rights, and who has the others is no admin")
    func admin() {
        #expect(Rights.admin.contains([.read, .write, .delete]))
        #expect(Rights("read,write,delete")?.contains(.admin) == false)
        #expect(Rights("admin")?.description == "admin")
    }

    @Test("Whatever is no right is refused", arguments: ["", ",", "read,", "Read", "read write", "all", "read,,write"])
    func refused(text: String) {
        #expect(Rights(text) == nil)
    }
}
