internal import Glibc
internal import SystemPackage

/// Finds programs as a shell does.
enum ProgramPath {
    /// The directories where programs are looked for, between colons.
    static var standard: String { unsafe getenv("PATH").map { unsafe String(cString: $0) } ?? "" }

    /// The first program called `name` in the directories of `searchPath`; `nil` when there is none.
    static func find(_ name: String, in searchPath: String) -> FilePath? {
        searchPath.split(separator: ":").lazy.map { FilePath(String($0)).appending(name) }.first { program in
            unsafe program.withPlatformString { unsafe access($0, X_OK) == 0 }
        }
    }
}
