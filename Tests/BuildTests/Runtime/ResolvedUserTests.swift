import Build
import Testing

@Suite struct ResolvedUserTests {
    private static let passwd = Array(
        """
        root:x:0:0:root:/root:/bin/bash
        app:x:1000:1001::/home/app:/bin/sh
        42:x:7:7::/:/bin/sh
        broken
        """.utf8)
    private static let group = Array("root:x:0:\nstaff:x:50:app,other\nweb:x:33:app\napp:x:1001:\n".utf8)

    private static func resolve(_ text: String, ownerOfFiles: Bool = false) throws -> ResolvedUser {
        try ResolvedUser(resolving: text, passwd: passwd, group: group, ownerOfFiles: ownerOfFiles)
    }

    @Test func namesHaveTheirEntries() throws {
        let user = try Self.resolve("app")
        #expect(user == ResolvedUser(uid: 1000, gid: 1001, additionalGroups: [50, 33], home: "/home/app"))
        #expect(try Self.resolve("") == .root)
        #expect(try Self.resolve("app:staff").gid == 50)
        #expect(try Self.resolve("app:staff").additionalGroups == [])
    }

    @Test func numbersNeedNoEntry() throws {
        #expect(try Self.resolve("1234") == ResolvedUser(uid: 1234, gid: 0, additionalGroups: [], home: "/"))
        #expect(try Self.resolve("1234:99").gid == 99)
        #expect(try Self.resolve("1000").gid == 1001)
        let nobody = try ResolvedUser(resolving: "5:6", passwd: nil, group: nil, ownerOfFiles: true)
        #expect((nobody.uid, nobody.gid) == (5, 6))
    }

    /// As for docker: a text of digits is a number, even when a user has that name.
    @Test func numberThatIsAlsoANameIsANumber() throws {
        #expect(try Self.resolve("42").uid == 42)
    }

    @Test func ownersOfFilesHaveTheGroupOfTheSameNumber() throws {
        #expect(try Self.resolve("1000", ownerOfFiles: true).gid == 1000)
        #expect(try Self.resolve("77", ownerOfFiles: true).gid == 77)
        #expect(try Self.resolve("app", ownerOfFiles: true).gid == 1001)
        #expect(try Self.resolve("app:web", ownerOfFiles: true).gid == 33)
    }

    @Test(arguments: ["nobody", "app:nogroup", "2147483648", "1:4294967296", "-1"])
    func whatIsNotThereIsNamed(_ text: String) {
        let error = #expect(throws: BuildError.self) { try Self.resolve(text) }
        #expect(error?.code == .invalidInput)
    }
}
