import ChildPrograms
internal import FoundationEssentials

/// A directory with what is built (`app`) and programs that alter a copy of it (`changes`).
public struct Application: Sendable {
    /// What it is called.
    public let name: String
    /// The names of its changes.
    public let changes: Set<String>
    private let directory: String

    /// - Throws: ``EndToEndError`` for what is none.
    public init(_ name: String, in applications: String) throws {
        self.name = name
        directory = "\(applications)/\(name)"
        let files = FileManager.default
        guard files.fileExists(atPath: "\(directory)/app/Dockerfile") else {
            throw EndToEndError("There is no application '\(name)': \(directory)/app/Dockerfile is not there.")
        }
        changes = Set((try? files.contentsOfDirectory(atPath: "\(directory)/changes")) ?? [])
    }

    /// The names of all applications, sorted.
    public static func names(in applications: String) throws -> [String] {
        let names = try FileManager.default.contentsOfDirectory(atPath: applications)
        return names.filter { FileManager.default.fileExists(atPath: "\(applications)/\($0)/app/Dockerfile") }.sorted()
    }

    /// Makes a runner's own copy of it, as it is in a scenario.
    func checkOut(for scenario: Scenario, to path: String) throws {
        try? FileManager.default.removeItem(atPath: path)
        _ = try ChildProgram.output(["cp", "--recursive", "\(directory)/app/", path])
        guard let change = scenario.change else { return }
        let program = URL(filePath: "\(directory)/changes/\(change)").standardizedFileURL.path
        _ = try ChildProgram.output(["env", "--chdir", path, program])
    }
}
