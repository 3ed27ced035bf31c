internal import Chunking
internal import SystemPackage

/// A user namespace (user_namespaces(7)): the users and groups that a process in it can give files to.
struct UserNamespace: Sendable {
    /// A line of `/proc/PID/uid_map`.
    struct Stretch: Hashable, Sendable {
        /// The first id, as processes inside see it.
        let inside: UInt32
        /// The same id outside.
        let outside: UInt32
        /// How many ids follow one another, this one included.
        let count: UInt32
    }

    let users: [Stretch]
    let groups: [Stretch]

    /// That of this process.
    static let present = UserNamespace(
        users: (try? SmallFile.read("/proc/self/uid_map")) ?? [],
        groups: (try? SmallFile.read("/proc/self/gid_map")) ?? [])

    /// - Parameters:
    ///   - users: the text of an `uid_map`.
    ///   - groups: the text of a `gid_map`.
    init(users: [UInt8], groups: [UInt8]) {
        self.users = Self.stretches(users)
        self.groups = Self.stretches(groups)
    }

    /// Whether it is the machine's own, whose root has all rights; what cannot be read is taken for it.
    var isInitial: Bool {
        users.isEmpty || users == [Stretch(inside: 0, outside: 0, count: .max)]
    }

    /// Whether there is no user in it but one, so that all files belong to the same.
    var hasOneUser: Bool { users.count == 1 && users[0].count == 1 }

    /// Whether files can belong to this user.
    func contains(user: UInt32) -> Bool { Self.contains(user, users) }

    /// Whether files can belong to this group.
    func contains(group: UInt32) -> Bool { Self.contains(group, groups) }

    /// Who gets files here that belong to a user and group in an image: the same, or root where there is nobody else.
    func owner(_ user: UInt32, _ group: UInt32) -> (uid: UInt32, gid: UInt32) { hasOneUser ? (0, 0) : (user, group) }

    /// Ends the names of directories whose files belong to users of this namespace: elsewhere they would belong to others.
    /// Empty for the machine's own.
    var directorySuffix: String {
        if isInitial { return "" }
        let text = (users + groups).map { "\($0.inside) \($0.outside) \($0.count)\n" }.joined()
        return "-" + Digest(hashing: Array(text.utf8)).hex.prefix(12)
    }

    private static func contains(_ id: UInt32, _ stretches: [Stretch]) -> Bool {
        stretches.contains { id >= $0.inside && id - $0.inside < $0.count }
    }

    private static func stretches(_ text: [UInt8]) -> [Stretch] {
        String(decoding: text, as: UTF8.self).split(separator: "\n").compactMap { line in
            let numbers = line.split(separator: " ").compactMap { UInt32($0) }
            return numbers.count == 3 ? Stretch(inside: numbers[0], outside: numbers[1], count: numbers[2]) : nil
        }
    }
}
