/// Finds, among the files of one source, those that are further names of an earlier one (hard links).
public struct LinkedNames {
    private var firstPaths: [Int: [UInt8]] = [:]

    /// Knows of no file.
    public init() {}

    /// Takes the next file.
    /// - Parameters:
    ///   - number: equal for the names of one file; `nil` when it has no other.
    ///   - path: relative to the source.
    /// - Returns: the path of the first file with this number; `nil` when it is this one.
    public mutating func first(_ number: Int?, _ path: [UInt8]) -> [UInt8]? {
        guard let number else { return nil }
        if let first = firstPaths[number] { return first }
        firstPaths[number] = path
        return nil
    }
}
