import type { RequestHandler } from 'express';
import { HttpError } from '../http/http-error.js';
import { validate } from '../http/validation.js';
import { productChanges, productId, productInput, productQuery } from './product.schemas.js';
import * as products from './product.service.js';

export const listProducts: RequestHandler = async (req, res) => {
  res.json(await products.list(validate(productQuery, req.query)));
};

export const getProduct: RequestHandler = async (req, res) => {
  const { id } = validate(productId, req.params);
  res.json((await products.find(id)) ?? noProduct(id));
};

export const createProduct: RequestHandler = async (req, res) => {
  const product = await products.create(validate(productInput, req.body));
  res.status(201).location(`${req.baseUrl}/${product.id}`).json(product);
};

export const updateProduct: RequestHandler = async (req, res) => {
  const { id } = validate(productId, req.params);
  const changes = validate(productChanges, req.body);
  res.json((await products.update(id, changes)) ?? noProduct(id));
};

export const deleteProduct: RequestHandler = async (req, res) => {
  const { id } = validate(productId, req.params);
  if (!(await products.remove(id))) noProduct(id);
  res.status(204).end();
};

function noProduct(id: string): never {
  throw new HttpError(404, `There is no product ${id}.`);
}
