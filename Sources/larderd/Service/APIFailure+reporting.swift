import CacheAPI
import ChunkStore
import Chunking
import Compression
import Hummingbird
import NIOCore
import OCI

extension APIFailure {
    /// What a client is told of `error`: the one place where errors become statuses.
    init(reporting error: any Error) {
        switch error {
        case let failure as APIFailure: self = failure
        case let refusal as AccessRefusal: self.init(refusal)
        case let failure as RegistryFailure:
            self.init(failure.code == .denied ? .denied : .badRequest, failure.description)
        case let error as StoreError: self.init(Self.code(of: error), error.description)
        case let error as CompressionError: self.init(Self.code(of: error), error.description)
        case let error as ChunkingError: self.init(Self.code(of: error), error.description)
        case let error as DecodingError: self.init(.badRequest, Self.describe(error))
        case is NIOTooManyBytesError: self.init(.tooLarge, "The body is too long.")
        case is CancellationError: self.init(.unavailable, "The server is stopping; try again in a moment.")
        case let error as any HTTPResponseError: self = Self.failure(status: error.status)
        default: self.init(.internal, "The server failed: \(error)")
        }
    }

    private static func code(of error: StoreError) -> Code {
        switch error.code {
        case .invalidContent: .invalidContent
        case .missingContent: .missingContent
        case .invalidName: .invalidName
        case .diskFull: .diskFull
        case .poisoned, .closed, .rootInUse: .unavailable
        case .io, .unsupportedFormat: .internal
        }
    }

    private static func code(of error: CompressionError) -> Code {
        switch error.code {
        case .corrupt: .invalidContent
        case .tooLarge: .tooLarge
        case .failed: .internal
        }
    }

    private static func code(of error: ChunkingError) -> Code {
        switch error.code {
        case .malformed: .invalidContent
        case .unsupportedVersion: .badRequest
        case .tooLarge: .tooLarge
        }
    }

    private static func failure(status: HTTPResponse.Status) -> APIFailure {
        switch status.code {
        case 404: APIFailure(.notFound, "There is nothing at this path.")
        case 413: APIFailure(.tooLarge, "The body is too long.")
        case 400..<500: APIFailure(.badRequest, "The request cannot be used: \(status.reasonPhrase).")
        default: APIFailure(.internal, "The server failed: \(status.reasonPhrase).")
        }
    }

    private static func describe(_ error: DecodingError) -> String {
        let (problem, path) =
            switch error {
            case .keyNotFound(let key, let context): ("'\(key.stringValue)' is missing", context.codingPath)
            case .typeMismatch(let type, let context): ("it is not \(name(of: type))", context.codingPath)
            case .valueNotFound(let type, let context): ("a value of type \(type) is missing", context.codingPath)
            case .dataCorrupted(let context) where context.codingPath.isEmpty:
                ("it is not valid JSON", context.codingPath)
            case .dataCorrupted(let context): (context.debugDescription, context.codingPath)
            @unknown default: ("it is not valid", [])
            }
        let place = path.map { $0.intValue.map { "[\($0)]" } ?? ".\($0.stringValue)" }.joined()
        return "The JSON body cannot be read" + (place.isEmpty ? "" : " at \(place)") + ": \(problem)."
    }

    /// A type as clients who know JSON but not Swift call it.
    private static func name(of type: any Any.Type) -> String {
        switch "\(type)" {
        case "String": "a text"
        case "Bool": "true or false"
        case let name where name.hasPrefix("Array"): "a list"
        case let name where name.hasPrefix("Dictionary"): "an object"
        case let name where name.hasPrefix("Int") || name.hasPrefix("UInt"): "a whole number"
        case let name: "of type \(name)"
        }
    }
}
