-- AlterTable
ALTER TABLE "order" ADD COLUMN "checkout_tried_at" TIMESTAMPTZ(3);
