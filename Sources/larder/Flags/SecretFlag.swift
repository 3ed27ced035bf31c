import ArgumentParser
import Build
import SystemPackage

/// `--secret`: `id=NAME[,src=FILE|,env=VARIABLE]`.
enum SecretFlag {
    /// The secret and its id. Without a source it is the environment variable of that name, else the file.
    /// - Throws: `ValidationError`.
    static func read(_ text: String, in surroundings: Surroundings) throws -> (id: String, BuildRequest.Secret) {
        var given: [String: String] = [:]
        for field in try FieldList(text, flag: "--secret").fields {
            let name = ["source": "src"][field.name] ?? field.name
            guard ["id", "src", "env", "type"].contains(name), let value = field.value, !value.isEmpty else {
                throw ValidationError(
                    "--secret: '\(text)' is not understood; write id=NAME,src=FILE or id=NAME,env=VARIABLE")
            }
            given[name] = value
        }
        guard let id = given["id"] else {
            throw ValidationError("--secret: '\(text)' has no id; write id=NAME,src=FILE or id=NAME,env=VARIABLE")
        }
        var (file, variable) = (given["src"], given["env"])
        switch given["type"] {
        case nil, "file": break
        case "env":
            // As docker has it: with type=env, src is the name of a variable.
            (file, variable) = (nil, variable ?? file)
        case let type?: throw ValidationError("--secret: type '\(type)' is not known; use file or env")
        }
        if file != nil, variable != nil {
            throw ValidationError("--secret: '\(id)' has both src and env; give one")
        }
        if let variable {
            guard let value = surroundings.environment[variable] else {
                throw ValidationError("--secret: '\(id)' is to come from the variable \(variable), which is not set")
            }
            return (id, .value(value))
        }
        if let file { return (id, .file(FilePath(file))) }
        if let value = surroundings.environment[id] { return (id, .value(value)) }
        return (id, .file(FilePath(id)))
    }
}
