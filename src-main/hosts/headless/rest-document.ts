/** The OpenAPI 3.1 document of the REST face, made from the contract. */
import { type OpenAPI, OpenAPIGenerator } from '@orpc/openapi';
import { ZodToJsonSchemaConverter } from '@orpc/zod/zod4';
import { contract, errorStatus } from '../../../src-preload/contract/index.ts';

export type OpenAPIDocument = OpenAPI.Document;

const methods = ['get', 'post', 'patch', 'put', 'delete'] as const;

const description = [
  'Everything that the page and the command line can do, for programs.',
  'On this machine, predict and health need no token; every other call needs "Authorization: Bearer <token>".',
  'Errors answer with {"code", "message", "data"}: the code is for programs, the message for people.',
].join(' ');

const failure = {
  description: 'What went wrong: `code` for programs, `message` for people.',
  content: {
    'application/json': {
      schema: {
        type: 'object' as const,
        required: ['code', 'status', 'message'],
        properties: {
          code: { type: 'string' as const, enum: [...Object.keys(errorStatus), 'BUG'] },
          status: { type: 'integer' as const },
          message: { type: 'string' as const },
          data: { type: 'object' as const },
        },
      },
    },
  },
} satisfies OpenAPI.ResponseObject;

export async function createRestDocument(version: string): Promise<OpenAPIDocument> {
  const generator = new OpenAPIGenerator({ schemaConverters: [new ZodToJsonSchemaConverter()] });
  const document = await generator.generate(contract, {
    info: { title: 'Fieldstation', version, description },
    servers: [{ url: '/api/v1' }],
    components: {
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
      responses: { Failure: failure },
    },
    security: [{ token: [] }],
  });
  describePrediction(document);
  describeFailures(document);
  return document;
}

function describeFailures(document: OpenAPIDocument): void {
  const operations = Object.values(document.paths ?? {}).flatMap((item) =>
    methods.flatMap((method) => item?.[method] ?? []),
  );
  for (const operation of operations) {
    operation.responses = { ...operation.responses, default: { $ref: '#/components/responses/Failure' } };
  }
}

/** The generator knows the multipart form; the raw body and the missing token are this host's own. */
function describePrediction(document: OpenAPIDocument): void {
  const operation = document.paths?.['/predict']?.post;
  const body = operation?.requestBody;
  if (!operation || !body || !('content' in body)) throw new Error('bug: the contract has no POST /predict');
  const picture = { schema: { type: 'string', format: 'binary' } } as const;
  body.content = {
    'multipart/form-data': body.content['multipart/form-data'] ?? {},
    'image/*': picture,
    'application/octet-stream': picture,
  };
  operation.parameters = Object.entries(addressParameters).map(([name, { type, description }]) => ({
    name,
    in: 'query',
    description: `${description} A form may hold it as a field.`,
    schema: { type },
  }));
  operation.security = [{}, { token: [] }];
}

/** Of a prediction, what may stand in the address. */
const addressParameters = {
  model: {
    type: 'string',
    description: 'NAME, NAME@ALIAS or NAME/VERSION; absent: the only deployed model.',
  },
  conf: {
    type: 'number',
    description: 'Detectors: boxes below this confidence are left out; 0.25 if absent.',
  },
  iou: {
    type: 'number',
    description: 'Detectors: of two boxes of a class that overlap by more, the surer stays; 0.7 if absent.',
  },
  maxDet: { type: 'integer', description: 'Detectors: boxes of one picture; 300 if absent.' },
  tile: {
    type: 'integer',
    description: 'Detectors: side in pixels of the tiles in which a large picture is looked at.',
  },
} as const;
