/// A parsed COPY or ADD.
struct CopyInstruction: Hashable, Sendable {
    let isAdd: Bool
    var sources: [String] = []
    var destination = ""
    /// `--from`; `nil` for the build context.
    let from: String?
    /// `--chown`.
    let owner: String?
    /// `--chmod`.
    let mode: String?
    /// `--link`.
    let isLinked: Bool
    /// `--parents`.
    let keepsParents: Bool
    /// `--exclude`; not expanded.
    let excludes: [String]
    /// `--checksum`.
    let checksum: String?
    /// `--keep-git-dir`.
    let keepsGitDirectory: Bool?
    /// `--unpack`.
    let unpacks: Bool?
    /// The sources that are here-documents; they are copied after the others.
    var documents: [Heredoc] = []

    var name: String { isAdd ? "ADD" : "COPY" }

    /// What the flags say.
    /// - Throws: `syntax`.
    init(flags text: InstructionText, isAdd: Bool) throws(DockerfileError) {
        func given(_ value: String?) -> String? { value == "" ? nil : value }
        var flags = FlagSet(text)
        self.isAdd = isAdd
        owner = given(try flags.string("chown"))
        mode = given(try flags.string("chmod"))
        isLinked = try flags.boolean("link") ?? false
        excludes = try flags.strings("exclude")
        from = isAdd ? nil : given(try flags.string("from"))
        keepsParents = isAdd ? false : try flags.boolean("parents") ?? false
        checksum = isAdd ? given(try flags.string("checksum")) : nil
        keepsGitDirectory = isAdd ? try flags.boolean("keep-git-dir") : nil
        unpacks = isAdd ? try flags.boolean("unpack") : nil
        try flags.finish()
    }
}
