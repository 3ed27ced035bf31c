internal import Glibc

/// Runs `script` with `sh -e` and returns what it prints.
public func shell(_ script: String, in directory: TemporaryDirectory? = nil) throws -> [UInt8] {
    let place = directory.map { "cd '\($0.path)'; " } ?? ""
    guard let pipe = unsafe popen("set -e; " + place + script, "r") else {
        throw ShellError(script: script, status: -1)
    }
    var output: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 1 << 16)
    while true {
        let count = unsafe fread(&part, 1, part.count, pipe)
        guard count > 0 else { break }
        output.append(contentsOf: part[..<count])
    }
    let status = unsafe pclose(pipe)
    guard status == 0 else { throw ShellError(script: script, status: status) }
    return output
}

/// Whether `program` can be run.
public func hasProgram(_ program: String) -> Bool {
    (try? shell("command -v \(program) >/dev/null 2>&1")) != nil
}
