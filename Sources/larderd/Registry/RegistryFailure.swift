import CacheAPI
import ChunkStore
import Hummingbird
import NIOCore
import OCI

/// Why the registry did not do what it was asked, as its client is told.
struct RegistryFailure: Error, Sendable, CustomStringConvertible {
    let code: RegistryErrorCode
    /// The HTTP status.
    let status: Int
    let description: String
    /// Headers that the answer has besides the usual ones.
    var headers = HTTPFields()

    /// - Parameter status: when it is not the one that goes with the code.
    init(_ code: RegistryErrorCode, status: Int? = nil, _ description: String) {
        self.code = code
        self.status = status ?? Self.status(of: code)
        self.description = description
    }

    /// What a client is told of `error`.
    init(reporting error: any Error) {
        switch error {
        case let failure as RegistryFailure: self = failure
        case let refusal as AccessRefusal: self.init(refusal)
        case let error as StoreError: self.init(reporting: error)
        default:
            let failure = APIFailure(reporting: error)
            let code: RegistryErrorCode =
                switch failure.code {
                case .unavailable, .diskFull: .unavailable
                case .tooLarge: .sizeInvalid
                case .unauthenticated: .unauthorized
                case .denied, .forbidden: .denied
                default: .unknown
                }
            self.init(code, status: failure.status, failure.message)
        }
    }

    private init(reporting error: StoreError) {
        switch error.code {
        case .invalidContent: self.init(.digestInvalid, error.description)
        case .missingContent: self.init(.blobUnknown, error.description)
        case .invalidName: self.init(.nameInvalid, error.description)
        case .diskFull: self.init(.unavailable, status: 507, error.description)
        case .poisoned, .closed, .rootInUse: self.init(.unavailable, error.description)
        case .io, .unsupportedFormat: self.init(.unknown, error.description)
        }
    }

    private static func status(of code: RegistryErrorCode) -> Int {
        switch code {
        case .blobUnknown, .blobUploadUnknown, .manifestUnknown, .nameUnknown: 404
        case .blobUploadInvalid, .digestInvalid, .manifestBlobUnknown, .manifestInvalid, .nameInvalid, .pageInvalid,
            .sizeInvalid, .tagInvalid:
            400
        case .rangeInvalid: 416
        case .unauthorized: 401
        case .denied: 403
        case .unsupported: 405
        case .tooManyRequests: 429
        case .unavailable: 503
        case .unknown: 500
        }
    }

    /// The answer, with a body as the specification has it.
    var response: Response {
        let body = RegistryErrorBody(errors: [.init(code: code, message: description)])
        // Three strings always encode, so the second branch is never taken.
        let bytes = (try? JSONDocument.encode(body)) ?? []
        var headers = headers
        headers[.contentType] = "application/json"
        if status == 401 { headers.append(contentsOf: AccessChallenge.headers) }
        return Response(
            status: HTTPResponse.Status(code: status), headers: headers,
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }
}
