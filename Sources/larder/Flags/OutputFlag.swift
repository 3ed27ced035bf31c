import ArgumentParser
import Build
import SystemPackage

/// `--output`: `type=oci|docker,dest=FILE`, `type=image` or `type=registry`.
enum OutputFlag {
    /// What a value asks for.
    struct Order: Hashable {
        /// What is to be made; `nil` for what is made anyway.
        var output: ImageOutput?
        /// Whether `rewrite-timestamp=true` stands there.
        var rewritesTimestamps = false
    }

    /// - Throws: `ValidationError`.
    static func read(_ text: String) throws -> Order {
        var fields = try FieldList(text, flag: "--output").fields
        func take(_ name: String) -> String? {
            guard let position = fields.firstIndex(where: { $0.name == name }) else { return nil }
            return fields.remove(at: position).value ?? ""
        }
        guard let type = take("type") else { throw refusal(of: "local", text) }
        let destination = take("dest")
        let isPushed = ["true", "1", ""].contains(take("push") ?? "false")
        var order = Order(rewritesTimestamps: ["true", "1", ""].contains(take("rewrite-timestamp") ?? "false"))
        if let field = fields.first {
            throw ValidationError("--output: '\(field.name)' in '\(text)' is not supported")
        }
        switch type {
        case "oci", "docker":
            let format: ImageOutput.Format = type == "oci" ? .oci : .docker
            guard let destination, !destination.isEmpty else {
                // As docker: the image goes into the local engine.
                guard format == .oci else {
                    order.output = .load
                    return order
                }
                throw ValidationError("--output: type=oci needs dest=FILE, or dest=- for standard output")
            }
            order.output = .file(format, destination == "-" ? nil : FilePath(destination))
        case "image", "registry":
            guard destination == nil else {
                throw ValidationError("--output: type=\(type) has no dest; it is the name (-t) that says where")
            }
            order.output = type == "registry" || isPushed ? .push : nil
        default: throw refusal(of: type, text)
        }
        return order
    }

    private static func refusal(of type: String, _ text: String) -> ValidationError {
        let kind = ["local", "tar"].contains(type) ? "the files of an image cannot be exported" : "unknown type"
        return ValidationError(
            """
            --output: '\(text)': \(kind); use type=oci,dest=FILE or type=docker,dest=FILE for an image in a file, \
            type=registry to push it
            """)
    }
}
