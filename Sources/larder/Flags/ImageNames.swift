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

    /// Reads the name of an image that the server has.
    /// - Throws: `ValidationError`.
    static func source(_ text: String, server: ServerAddress) throws -> ImageReference {
        var name = try reference(text, "REF")
        guard name.host == nil || name.host?.description == server.registryHost else {
            throw ValidationError(
                "REF: '\(text)' is in another registry than the server's; only what the server has can be pushed")
        }
        name.host = nil
        // A digest is pushed under the tag beside it.
        if name.digest == nil { name.tag = name.tag ?? .latest }
        return name
    }

    /// Reads the name that an image gets in another registry; without a tag when none is given.
    /// - Throws: `ValidationError`.
    static func destination(_ text: String, server: ServerAddress) throws -> ImageReference {
        let name = try reference(text, "DESTINATION")
        guard let host = name.host else {
            throw ValidationError(
                "DESTINATION: '\(text)' names no registry: write it as in registry.example.com/shop/api:1")
        }
        guard host.description != server.registryHost else {
            throw ValidationError("DESTINATION: '\(text)' is on the server, which has the image")
        }
        guard name.digest == nil else {
            throw ValidationError("DESTINATION: '\(text)' has a digest; give a tag, or none")
        }
        return name
    }

    private static func reference(_ text: String, _ argument: String) throws -> ImageReference {
        do {
            return try ImageReference(text)
        } catch {
            throw ValidationError("\(argument): \(error.description)")
        }
    }

    /// The name under which the server has the image.
    static func onServer(_ name: ImageReference, _ server: ServerAddress) -> String {
        var name = name
        name.host = nil
        return "\(server.registryHost)/\(name)"
    }
}
