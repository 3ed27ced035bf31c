internal import ArgumentParser
public import FoundationEssentials

/// Files that are named on the command line.
public enum InputFile {
    /// All of a file.
    /// - Throws: `ValidationError` that names it.
    public static func read(_ path: String) throws -> Data {
        do {
            return try Data(contentsOf: URL(filePath: path))
        } catch {
            throw ValidationError("\(path) cannot be read: \(error)")
        }
    }
}
