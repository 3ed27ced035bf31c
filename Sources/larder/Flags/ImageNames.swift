import ArgumentParser
import Build
import OCI

/// The names that images get on the command line.
enum ImageNames {
    /// Reads names: the tag is `latest` when none is given, and the server's own host is left out.
    /// - Parameter flag: whose values they are, for messages.
    /// - Throws: `ValidationError`.
    static func read(_ texts: [String], flag: String, server: ServerAddress) throws -> [ImageReference] {
        var names: [ImageReference] = []
        for text in texts {
            var name: ImageReference
            do {
                name = try ImageReference(text)
            } catch {
                throw ValidationError("\(flag): \(error.description)")
            }
            guard name.digest == nil else {
                throw ValidationError("\(flag): '\(text)' has a digest; an image gets a name and a tag")
            }
            if name.host?.description == server.registryHost { name.host = nil }
            name = name.canonical
            if !names.contains(name) { names.append(name) }
        }
        return names
    }

    /// The name under which the server has the image.
    static func onServer(_ name: ImageReference, _ server: ServerAddress) -> String {
        var name = name
        name.host = nil
        return "\(server.registryHost)/\(name)"
    }
}
